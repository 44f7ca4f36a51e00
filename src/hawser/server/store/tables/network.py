"""Networks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Integer, Label, String, Table, select

from hawser.server.model.caller import Caller
from hawser.server.model.network import Network
from hawser.server.model.segment import Segment, parse
from hawser.server.store.tables import rbac
from hawser.server.store.tables.agent import dhcp_hosting_table, zones_of
from hawser.server.store.tables.columns import METADATA, AsList, AsText, owned_columns, tags_column
from hawser.server.store.tables.qos import qos_policy_column
from hawser.server.store.tables.rbac import sharing_columns
from hawser.server.store.tables.records import Part, Records, Where
from hawser.server.store.tables.subnet import subnet_table
from hawser.server.store.tables.subnetpool import subnet_pool_table
from hawser.wire.intent import NetworkType

network_table = Table(
    "networks",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("name", String(255), nullable=False, index=True),
    Column("admin_state_up", Boolean, nullable=False),
    *sharing_columns(),
    Column("external", Boolean, nullable=False),
    Column("external_to", AsList(str), nullable=False),
    Column("mtu", Integer, nullable=False),
    Column("port_security_enabled", Boolean, nullable=False),
    qos_policy_column(),
    Column("network_type", AsText(NetworkType), nullable=False),
    Column("physical_network", String(64)),
    Column("segmentation_id", Integer),
    Column("segment", String(128), unique=True),
    Column("ha_project_id", String(255), unique=True),
    Column("availability_zone_hints", AsList(str), nullable=False),
    Column("dns_domain", String(255), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("vlan_transparent", Boolean),
    Column("further_segments", AsList(parse), nullable=False),
)
"""``segment`` names what a network has for itself on the wire, None for local ones: two cannot share it."""


def segment_key(network: Network) -> str | None:
    """The text of ``segment``: "vxlan::7", "vlan:physnet1:7", "flat:physnet1:"."""
    if network.network_type == NetworkType.LOCAL:
        return None
    return str(Segment(network.network_type, network.physical_network, network.segmentation_id))


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on networks that this caller sees."""
    return rbac.visible(caller, "network", network_table)


def _row(network: Network) -> dict[str, Any]:
    row = {
        column.name: getattr(network, column.name) for column in network_table.c if column.name != "segment"
    }
    return {**row, "segment": segment_key(network)}


def _scope_of(ip_version: int) -> Label[Any]:
    """The address scope of a network's subnets of an IP version, where they come from pools of one."""
    pools = subnet_pool_table.c
    scope = (
        select(pools.address_scope_id)
        .join(subnet_table, subnet_table.c.subnetpool_id == pools.id)
        .where(subnet_table.c.network_id == network_table.c.id, pools.ip_version == ip_version)
        .limit(1)
    )
    return scope.correlate(network_table).scalar_subquery().label(f"ipv{ip_version}_address_scope")


networks: Records[Network] = Records(
    "networks",
    network_table,
    build=lambda tx, fields: Network(**fields),
    row=_row,
    parts=(
        Part(
            "subnet_ids",
            select(subnet_table.c.network_id, subnet_table.c.id).order_by(subnet_table.c.id),
            subnet_table.c.network_id,
            str,
        ),
    ),
    hidden=("segment",),
    remembered=True,
    computed=(
        zones_of(dhcp_hosting_table, dhcp_hosting_table.c.network_id == network_table.c.id),
        _scope_of(4),
        _scope_of(6),
    ),
)
