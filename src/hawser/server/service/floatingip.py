"""Floating IPs: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.floatingip import FloatingIp, FloatingIpChanges, NewFloatingIp
from hawser.server.model.network import Network
from hawser.server.model.port import FLOATING_IP, NewPort, WantedIp
from hawser.server.model.subnet import Subnet
from hawser.server.model.unset import UNSET, given
from hawser.server.service import access, association, plug, qosuse, quota
from hawser.server.service.addressing import Addressing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import floatingip as rows
from hawser.server.store.tables import network as network_rows
from hawser.server.store.tables.floatingip import floating_ip_table, floating_ips
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.subnet import subnet_table, subnets

_NETWORK = "floating_network_id"


def create(store: Store, caller: Caller, draft: NewFloatingIp) -> FloatingIp:
    """Take an address of an external network, and associate it where a port is said."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewFloatingIp]) -> list[FloatingIp]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "floatingip", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> FloatingIp:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return access.owned_floating_ip(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[FloatingIp]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return floating_ips.find(tx, *rows.visible(caller), filters=filters)


def pools(store: Store, caller: Caller) -> list[Subnet]:
    """The subnets of external networks that floating IPs can be had of: the IPv4 ones that the caller sees."""
    with store.read() as tx:
        external = networks.find(tx, *network_rows.visible(caller), network_table.c.external)
        usable = [each.id for each in external if caller.is_admin or each.is_external_to(caller.project_id)]
        found = subnets.find(tx, subnet_table.c.network_id.in_(usable))
    return [subnet for subnet in found if subnet.cidr.version == 4]


def update(store: Store, caller: Caller, id: str, changes: FloatingIpChanges) -> FloatingIp:
    """Associate it with a port, or with another address of its port, or disassociate it."""
    with store.write() as tx:
        floating = access.owned_floating_ip(tx, caller, id)
        if changes.qos_policy_id is not UNSET:
            qosuse.check_change(tx, caller, floating.qos_policy_id, changes.qos_policy_id)
        if own := said(changes, "port_id", "fixed_address"):
            floating_ips.change(tx, id, **own)
        port_id = given(changes.port_id, floating.port_id)
        fixed_address = given(changes.fixed_address, None)
        if port_id is None:
            if fixed_address is not None:
                raise BadInput("fixed_ip_address", "no port_id is said beside it", kind="BadRequest")
            if floating.port_id is not None:
                association.disassociate(tx, id)
        elif changes.port_id is not UNSET or changes.fixed_address is not UNSET:
            association.associate(tx, caller, floating, port_id, fixed_address)
        return access.owned_floating_ip(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Give the address back."""
    with store.write() as tx:
        floating = access.owned_floating_ip(tx, caller, id)
        if floating.port_forwardings:
            message = f"Floating IP {id} in use by Port Forwarding resources. Remove these first."
            raise Conflict(message, "FipInUseByPortForwarding")
        floating_ips.remove(tx, id)
        plug.remove(tx, floating.external_port_id)


def release_unused(tx: Transaction, network_id: str) -> None:
    """Give back the addresses of an external network that lead nowhere, in a transaction that is under way."""
    columns = floating_ip_table.c
    unused = (columns.network_id == network_id, columns.port_id.is_(None), columns.router_id.is_(None))
    for floating in floating_ips.find(tx, *unused):
        floating_ips.remove(tx, floating.id)
        plug.remove(tx, floating.external_port_id)


def _make(tx: Transaction, caller: Caller, draft: NewFloatingIp) -> FloatingIp:
    network = access.seen_network(tx, caller, draft.network_id)
    _check_name(draft)
    if not network.external:
        raise BadInput(_NETWORK, f"network {network.id} is not an external network", kind="BadRequest")
    qosuse.checked(tx, caller, draft.qos_policy_id)
    id = str(uuid4())
    port = plug.make(
        tx,
        network,
        NewPort(
            project_id="",
            network_id=network.id,
            device_id=id,
            device_owner=FLOATING_IP,
            fixed_ips=(_wanted(tx, network, draft),),
        ),
    )
    floating = FloatingIp(
        id=id,
        project_id=draft.project_id,
        description=draft.description,
        network_id=network.id,
        address=port.fixed_ips[0].address,
        external_port_id=port.id,
        port_id=None,
        fixed_address=None,
        router_id=None,
        status="DOWN",
        dns_name=draft.dns_name,
        dns_domain=draft.dns_domain,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        qos_policy_id=draft.qos_policy_id,
    )
    if floating.address.version != 4:
        raise BadInput("floating_ip_address", f"{floating.address} is not IPv4")
    floating_ips.add(tx, floating)
    if draft.port_id is None:
        return floating
    association.associate(tx, caller, floating, draft.port_id, draft.fixed_address)
    return access.owned_floating_ip(tx, caller, id)


def _check_name(draft: NewFloatingIp) -> None:
    if bool(draft.dns_name) != bool(draft.dns_domain):
        missing = "dns_domain" if draft.dns_name else "dns_name"
        raise BadInput(missing, "dns_name and dns_domain are given together or not at all", kind="BadRequest")


def _wanted(tx: Transaction, network: Network, draft: NewFloatingIp) -> WantedIp:
    if draft.subnet_id is not None or draft.address is not None:
        return WantedIp(draft.subnet_id, draft.address)
    any_ipv4 = Addressing(tx, network.id, mac="", device_owner=FLOATING_IP).any_of(4)
    if not any_ipv4:
        raise BadInput(_NETWORK, f"network {network.id} has no IPv4 subnet", kind="BadRequest")
    return WantedIp(any_ipv4[0].subnet_id, any_ipv4[0].address)
