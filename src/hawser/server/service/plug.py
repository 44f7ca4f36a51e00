"""Ports as the services make and remove them, whoever asks: the part below visibility and protection."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from random import SystemRandom
from uuid import uuid4

from sqlalchemy import bindparam, select

from hawser.base.addresses import LINK_LOCAL, eui64
from hawser.base.errors import BadInput, Conflict
from hawser.server.allocate import macs
from hawser.server.model.network import Network
from hawser.server.model.port import (
    ROUTER_GATEWAY,
    TRUSTED_PREFIX,
    AddressPair,
    FixedIp,
    NewPort,
    Port,
    WantedIp,
)
from hawser.server.model.unset import given
from hawser.server.service.addressing import Addressing
from hawser.server.store.session import Transaction
from hawser.server.store.tables import port as port_rows
from hawser.server.store.tables.port import port_table, ports
from hawser.server.store.tables.router import routers

_CHANCE = SystemRandom()
_MACS = select(port_table.c.mac).where(
    port_table.c.network_id == bindparam("network"),
    port_table.c.mac.in_(bindparam("wanted", expanding=True)),
)


def make(tx: Transaction, network: Network, draft: NewPort, group_ids: tuple[str, ...] = ()) -> Port:
    """A new port on a network, down until a node has wired it."""
    return make_all(tx, network, (draft,), group_ids)[0]


def make_all(
    tx: Transaction, network: Network, drafts: Sequence[NewPort], group_ids: tuple[str, ...] = ()
) -> list[Port]:
    """New ports on a network, in as many statements as one takes; where one cannot be, nothing is written."""
    picked: set[FixedIp] = set()
    made = []
    for draft, mac in zip(drafts, _macs(tx, network.id, drafts), strict=True):
        addressing = Addressing(tx, network.id, mac=mac, device_owner=draft.device_owner, picked=picked)
        fixed_ips = addressing.choose(draft.fixed_ips)
        made.append(_port(tx, network, draft, mac=mac, fixed_ips=fixed_ips, group_ids=group_ids))
    port_rows.add_all(tx, made)
    return made


def _port(
    tx: Transaction,
    network: Network,
    draft: NewPort,
    *,
    mac: str,
    fixed_ips: tuple[FixedIp, ...],
    group_ids: tuple[str, ...],
) -> Port:
    return Port(
        id=str(uuid4()),
        project_id=draft.project_id,
        network_id=network.id,
        name=draft.name,
        description=draft.description,
        mac=mac,
        admin_state_up=draft.admin_state_up,
        status="DOWN",
        device_id=draft.device_id,
        device_owner=draft.device_owner,
        host=draft.host,
        vnic_type=draft.vnic_type,
        port_security_enabled=secured(network, draft),
        fixed_ips=fixed_ips,
        security_group_ids=tuple(sorted(set(group_ids))),
        address_pairs=with_macs(draft.address_pairs, mac),
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        dhcp_options=draft.dhcp_options,
        dns_name=draft.dns_name,
        dns_domain=draft.dns_domain,
        binding_profile=draft.binding_profile,
        propagate_uplink_status=draft.propagate_uplink_status,
        domain=tx.settings.dns_domain,
        qos_policy_id=draft.qos_policy_id,
        qos_network_policy_id=network.qos_policy_id,
    )


def secured(network: Network, draft: NewPort) -> bool:
    """Whether the port is to be protected; the network's own ports never are."""
    wished = given(draft.port_security_enabled, network.port_security_enabled)
    return wished and not draft.device_owner.startswith(TRUSTED_PREFIX)


def with_macs(pairs: tuple[AddressPair, ...], mac: str) -> tuple[AddressPair, ...]:
    """Address pairs that say no MAC get the port's. BadInput where two are the same then."""
    whole = tuple(pair if pair.mac else replace(pair, mac=mac) for pair in pairs)
    twice = next((pair for place, pair in enumerate(whole) if pair in whole[:place]), None)
    if twice is not None:
        raise BadInput(
            "allowed_address_pairs",
            f"Request contains duplicate address pair: mac_address {twice.mac} ip_address {twice.address}",
            kind="DuplicateAddressPairInRequest",
        )
    return whole


def free_mac(tx: Transaction, network_id: str) -> str:
    """A random MAC that no port of the network has."""
    while True:
        mac = macs.choose(tx.settings.base_mac, _CHANCE)
        if not _in_use(tx, network_id, {mac}):
            return mac


def check_mac(tx: Transaction, network_id: str, mac: str) -> None:
    """`Conflict` where a port of the network has this MAC."""
    if _in_use(tx, network_id, {mac}):
        raise Conflict(f"MAC address {mac} is already used on network {network_id}.", "MacAddressInUse")


def _macs(tx: Transaction, network_id: str, drafts: Sequence[NewPort]) -> list[str]:
    """The MACs of new ports: those that are asked for, and random ones."""
    while True:
        chosen = [given(draft.mac, macs.choose(tx.settings.base_mac, _CHANCE)) for draft in drafts]
        taken = _in_use(tx, network_id, chosen)
        for draft in drafts:
            if draft.mac in taken:
                check_mac(tx, network_id, str(draft.mac))
        if not taken and len(set(chosen)) == len(chosen):
            return chosen


def readdress(tx: Transaction, port: Port, wanted: tuple[WantedIp, ...]) -> tuple[FixedIp, ...]:
    """Give a port these addresses instead of those that it has."""
    addressing = Addressing(
        tx, port.network_id, has=port.fixed_ips, mac=port.mac, device_owner=port.device_owner
    )
    fixed_ips = addressing.choose(wanted)
    set_fixed_ips(tx, port, fixed_ips)
    return fixed_ips


def set_fixed_ips(tx: Transaction, port: Port, fixed_ips: tuple[FixedIp, ...]) -> None:
    """Set a port's addresses to chosen ones. A gateway's are a part of its router too."""
    if fixed_ips == port.fixed_ips:
        return
    port_rows.set_fixed_ips(tx, port, fixed_ips)
    if port.device_owner == ROUTER_GATEWAY:
        routers.change(tx, port.device_id)


def kept(fixed_ips: tuple[FixedIp, ...]) -> tuple[WantedIp, ...]:
    """Addresses that a port has, as a wish to keep them."""
    return tuple(WantedIp(each.subnet_id, each.address) for each in fixed_ips)


def kept_but_self_made(port: Port) -> tuple[WantedIp, ...]:
    """The same, with those left to be made anew that the port's host made of its MAC."""
    identifier = eui64(LINK_LOCAL, port.mac).packed[8:]
    return tuple(
        WantedIp(each.subnet_id, None if each.address.packed[8:] == identifier else each.address)
        for each in port.fixed_ips
    )


def remove(tx: Transaction, port_id: str) -> None:
    """Remove a port with its addresses."""
    port = ports.get(tx, port_id)
    if port is not None:
        port_rows.remove(tx, port)


def _in_use(tx: Transaction, network_id: str, wanted: Collection[str]) -> set[str]:
    """Which of these MACs ports of the network have."""
    return set(tx.execute(_MACS, {"network": network_id, "wanted": list(wanted)}).scalars())
