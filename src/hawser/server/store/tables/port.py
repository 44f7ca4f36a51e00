"""Ports, their addresses and their security groups."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from hawser.base import addresses
from hawser.server.model.caller import Caller
from hawser.server.model.dhcpoption import DhcpOption
from hawser.server.model.filters import Scalar
from hawser.server.model.port import AddressPair, FixedIp, Port
from hawser.server.model.trunk import CarriedPort
from hawser.server.store.session import Transaction
from hawser.server.store.tables import freerange
from hawser.server.store.tables.columns import (
    ADDRESS,
    METADATA,
    REFERENCE,
    AsList,
    Repeated,
    owned_columns,
    tags_column,
)
from hawser.server.store.tables.qos import qos_policy_column
from hawser.server.store.tables.records import Part, Records, Where
from hawser.server.store.tables.subnet import subnet_table
from hawser.server.store.tables.trunk import subport_table, trunk_table


def _fixed_ip(text: str) -> FixedIp:
    subnet_id, address = text.split()
    return FixedIp(sys.intern(subnet_id), addresses.parse(address))


def _fixed_ip_text(fixed_ip: FixedIp) -> str:
    return f"{fixed_ip.subnet_id} {fixed_ip.address}"


def _pair(text: str) -> AddressPair:
    mac, address = text.split()
    return AddressPair(mac, ip_network(address))


def _pair_text(pair: AddressPair) -> str:
    return f"{pair.mac} {pair.address}"


def _option(text: str) -> DhcpOption:
    return DhcpOption(*json.loads(text))


def _option_text(option: DhcpOption) -> str:
    return json.dumps([option.name, option.value, option.ip_version])


port_table = Table(
    "ports",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("network_id", REFERENCE, ForeignKey("networks.id"), nullable=False, index=True),
    Column("name", String(255), nullable=False, index=True),
    Column("mac", String(17), nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("status", Repeated(16), nullable=False),
    Column("device_id", String(255), nullable=False, index=True),
    Column("device_owner", Repeated(255), nullable=False),
    Column("host", Repeated(255), nullable=False, index=True),
    Column("vnic_type", Repeated(64), nullable=False),
    Column("port_security_enabled", Boolean, nullable=False),
    qos_policy_column(),
    Column("qos_network_policy_id", String(36)),
    Column("trunk_id", String(36)),
    Column("address_pairs", AsList(_pair, _pair_text), nullable=False),
    Column("dhcp_options", AsList(_option, _option_text), nullable=False),
    Column("dns_name", String(255), nullable=False),
    Column("dns_domain", String(255), nullable=False),
    Column("binding_profile", Text, nullable=False),
    Column("propagate_uplink_status", Boolean, nullable=False),
    Column("fixed_ips", AsList(_fixed_ip, _fixed_ip_text), nullable=False),
    Column("security_group_ids", AsList(sys.intern), nullable=False),
    UniqueConstraint("network_id", "mac", name="uq_ports_network_id_mac"),
)
"""``qos_network_policy_id`` and ``trunk_id`` repeat what the rows of the network and of the trunk that it is the
port of say, ``fixed_ips`` and ``security_group_ids`` what the two tables below do: a read of a port is one
statement."""

fixed_ip_table = Table(
    "fixed_ips",
    METADATA,
    Column("subnet_id", REFERENCE, ForeignKey("subnets.id"), primary_key=True),
    Column("address", ADDRESS, primary_key=True),
    Column("port_id", ForeignKey("ports.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
)
"""The primary key is what keeps an address from being given out twice."""

port_group_table = Table(
    "port_security_groups",
    METADATA,
    Column("port_id", ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True),
    Column("security_group_id", REFERENCE, ForeignKey("security_groups.id"), primary_key=True, index=True),
)

_ADD_FIXED_IPS = insert(fixed_ip_table)
_ADD_GROUPS = insert(port_group_table)
_carried = port_table.alias("carried")


def _row(port: Port) -> dict[str, Any]:
    return {column.name: getattr(port, column.name) for column in port_table.c}


def _with_fixed_ip(column: Any) -> Any:
    def condition(tx: Transaction, values: Sequence[Scalar]) -> Where:
        return port_table.c.id.in_(select(fixed_ip_table.c.port_id).where(column.in_(values)))

    return condition


def _with_part_of_address(tx: Transaction, values: Sequence[Scalar]) -> Where:
    text = type_coerce(fixed_ip_table.c.address, String)
    alike = or_(*(text.contains(str(value), autoescape=True) for value in values))
    return port_table.c.id.in_(select(fixed_ip_table.c.port_id).where(alike))


def _with_group(tx: Transaction, values: Sequence[Scalar]) -> Where:
    members = select(port_group_table.c.port_id).where(port_group_table.c.security_group_id.in_(values))
    return port_table.c.id.in_(members)


ports: Records[Port] = Records(
    "ports",
    port_table,
    build=lambda tx, fields: Port(**fields, domain=tx.settings.dns_domain),
    row=_row,
    parts=(
        Part(
            "trunk_carries",
            select(
                trunk_table.c.port_id,
                subport_table.c.port_id,
                subport_table.c.segmentation_type,
                subport_table.c.segmentation_id,
                _carried.c.mac,
            )
            .join(subport_table, subport_table.c.trunk_id == trunk_table.c.id)
            .join(_carried, _carried.c.id == subport_table.c.port_id)
            .order_by(trunk_table.c.port_id, subport_table.c.segmentation_id),
            trunk_table.c.port_id,
            CarriedPort,
            only_with="trunk_id",
        ),
    ),
    filters={
        "fixed_ips.subnet_id": _with_fixed_ip(fixed_ip_table.c.subnet_id),
        "fixed_ips.address": _with_fixed_ip(fixed_ip_table.c.address),
        "fixed_ips.address_part": _with_part_of_address,
        "security_group_ids": _with_group,
    },
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on ports that this caller sees: its own, and all of networks of its own."""
    if caller.serves_ports:
        return ()
    columns, networks = port_table.c, METADATA.tables["networks"].c
    own_networks = select(networks.id).where(networks.project_id == caller.project_id)
    return (or_(columns.project_id == caller.project_id, columns.network_id.in_(own_networks)),)


def add_all(tx: Transaction, made: Sequence[Port]) -> None:
    """Insert ports with their addresses and groups."""
    ports.add_all(tx, made)
    _add_fixed_ips(tx, {port.id: port.fixed_ips for port in made})
    _add_groups(tx, {port.id: port.security_group_ids for port in made})


def set_fixed_ips(tx: Transaction, port: Port, fixed_ips: Sequence[FixedIp]) -> None:
    """Give the port these addresses instead of those that it has."""
    kept = set(fixed_ips)
    gone = [each for each in port.fixed_ips if each not in kept]
    tx.execute(delete(fixed_ip_table).where(fixed_ip_table.c.port_id == port.id))
    _give_back(tx, gone)
    _add_fixed_ips(tx, {port.id: fixed_ips}, had=frozenset(port.fixed_ips))
    ports.change(tx, port.id, fixed_ips=fixed_ips)


def remove(tx: Transaction, port: Port) -> None:
    """Delete a port; its addresses are free again."""
    ports.remove(tx, port.id)
    _give_back(tx, port.fixed_ips)


def set_groups(tx: Transaction, port_id: str, group_ids: Iterable[str]) -> None:
    """Put the port into these security groups instead of those that it is in."""
    ordered = sorted(set(group_ids))
    tx.execute(delete(port_group_table).where(port_group_table.c.port_id == port_id))
    _add_groups(tx, {port_id: ordered})
    ports.change(tx, port_id, security_group_ids=ordered)


def set_network_policy(tx: Transaction, network_id: str, policy_id: str | None) -> None:
    """Repeat in a network's ports which QoS policy the network has now."""
    of_network = update(port_table).where(port_table.c.network_id == network_id)
    tx.execute(of_network.values(qos_network_policy_id=policy_id))


def is_taken(tx: Transaction, fixed_ip: FixedIp) -> bool:
    """Whether a port has this address."""
    columns = fixed_ip_table.c
    same = columns.subnet_id == fixed_ip.subnet_id, columns.address == fixed_ip.address
    return tx.execute(select(columns.port_id).where(*same)).first() is not None


def taken(tx: Transaction, subnet_id: str) -> set[int]:
    """All addresses of a subnet that are given out, as numbers."""
    columns = fixed_ip_table.c
    return {int(row[0]) for row in tx.execute(select(columns.address).where(columns.subnet_id == subnet_id))}


def _give_back(tx: Transaction, fixed_ips: Sequence[FixedIp]) -> None:
    columns = subnet_table.c
    of = columns.id.in_({each.subnet_id for each in fixed_ips})
    rows = tx.execute(select(columns.id, columns.pools).where(of)) if fixed_ips else ()
    pools = {subnet_id: of_subnet for subnet_id, of_subnet in rows}
    for each in fixed_ips:
        freerange.give(tx, each, pools[each.subnet_id])


def _add_fixed_ips(
    tx: Transaction, of_ports: Mapping[str, Sequence[FixedIp]], had: frozenset[FixedIp] = frozenset()
) -> None:
    rows = [
        {"port_id": port_id, "subnet_id": ip.subnet_id, "address": ip.address, "position": position}
        for port_id, fixed_ips in of_ports.items()
        for position, ip in enumerate(fixed_ips)
    ]
    if rows:
        tx.execute(_ADD_FIXED_IPS, rows)
    freerange.take(tx, (each for fixed_ips in of_ports.values() for each in fixed_ips if each not in had))


def _add_groups(tx: Transaction, of_ports: Mapping[str, Iterable[str]]) -> None:
    rows = [
        {"port_id": port_id, "security_group_id": group_id}
        for port_id, group_ids in of_ports.items()
        for group_id in group_ids
    ]
    if rows:
        tx.execute(_ADD_GROUPS, rows)
