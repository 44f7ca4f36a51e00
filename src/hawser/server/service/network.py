"""Networks: the use cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from hawser.base.errors import BadInput, Conflict
from hawser.server.model import subnetrules
from hawser.server.model.agent import DHCP as DHCP_AGENT
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.network import Network, NetworkChanges, NewNetwork
from hawser.server.model.port import DHCP, FLOATING_IP, ROUTER_GATEWAY
from hawser.server.model.rbac import EXTERNAL, as_seen
from hawser.server.model.segment import Segment
from hawser.server.model.unset import UNSET, Unset, given
from hawser.server.service import access, availabilityzone, dhcp, floatingip, qosuse, quota, segment, sharing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import network as rows
from hawser.server.store.tables import segmentrun
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.port import port_table, set_network_policy
from hawser.server.store.tables.rbac import split_shared
from hawser.server.store.tables.subnet import subnet_table, subnets
from hawser.wire.intent import NetworkType


def create(store: Store, caller: Caller, draft: NewNetwork) -> Network:
    """Make one, on the segment that it asks for or on any."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewNetwork]) -> list[Network]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "network", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def _make(tx: Transaction, caller: Caller, draft: NewNetwork) -> Network:
    availabilityzone.check(tx, DHCP_AGENT, draft.availability_zone_hints)
    policy_id = qosuse.of_new_network(tx, caller, draft.project_id, draft.qos_policy_id)
    return make(tx, replace(draft, qos_policy_id=policy_id), segment.choose(tx, draft))


def make(
    tx: Transaction, draft: NewNetwork, carried_by: Segment, ha_project_id: str | None = None
) -> Network:
    """A new network on a segment, and those beside it, in a transaction that is under way."""
    further = segment.choose_further(tx, draft, carried_by)
    segments = (carried_by, *further)
    _check_transparent(draft.vlan_transparent, [each.network_type for each in segments])
    if draft.external and draft.is_default:
        _check_no_default(tx)
    network = Network(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        admin_state_up=draft.admin_state_up,
        shared=draft.shared,
        external=draft.external,
        mtu=_mtu(tx, draft.mtu, segments),
        port_security_enabled=draft.port_security_enabled,
        dns_domain=draft.dns_domain,
        network_type=carried_by.network_type,
        physical_network=carried_by.physical_network,
        segmentation_id=carried_by.segmentation_id,
        ha_project_id=ha_project_id,
        availability_zone_hints=draft.availability_zone_hints,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        qos_policy_id=draft.qos_policy_id,
        is_default=draft.external and draft.is_default,
        vlan_transparent=draft.vlan_transparent,
        further_segments=further,
    )
    networks.add(tx, network)
    for each in segments:
        segmentrun.take(tx, each)
    if network.shared:
        sharing.open_to_all(tx, "network", network.id, network.project_id)
    if network.external:
        sharing.open_to_all(tx, "network", network.id, network.project_id, EXTERNAL)
    return network


def get(store: Store, caller: Caller, id: str) -> Network:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return as_seen(caller, access.seen_network(tx, caller, id))


def search(store: Store, caller: Caller, filters: Filters) -> list[Network]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        filters, shared = split_shared(caller, "network", network_table, filters)
        found = networks.find(tx, *rows.visible(caller), *shared, filters=filters)
        return [as_seen(caller, network) for network in found]


def update(store: Store, caller: Caller, id: str, changes: NetworkChanges) -> Network:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        network = access.owned_network(tx, caller, id)
        if changes.mtu is not UNSET:
            _mtu(tx, changes.mtu, network.segments)
            carried = subnets.find(tx, subnet_table.c.network_id == id)
            subnetrules.check_mtu(id, changes.mtu, [subnet.cidr.version for subnet in carried])
        if changes.qos_policy_id is not UNSET:
            qosuse.check_change(tx, caller, network.qos_policy_id, changes.qos_policy_id)
            set_network_policy(tx, id, changes.qos_policy_id)
        networks.change(tx, id, **said(changes, "is_default"), is_default=_default(tx, network, changes))
        if changes.shared is not UNSET and changes.shared != network.shared:
            _share(tx, network, changes.shared)
        if changes.external is not UNSET and changes.external != network.external:
            _use_as_external(tx, network, changes.external)
        return as_seen(caller, access.owned_network(tx, caller, id))


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it with its subnets. `Conflict` (NetworkInUse) while it has ports, other than those of DHCP servers
    and of floating IPs that lead nowhere."""
    with store.write() as tx:
        end(tx, access.owned_network(tx, caller, id))


def end(tx: Transaction, network: Network) -> None:
    """Remove a network where nobody uses it, in a transaction that is under way; errors as of `delete`."""
    floatingip.release_unused(tx, network.id)
    _check_unused(tx, network.id)
    remove(tx, network)


def remove(tx: Transaction, network: Network) -> None:
    """Remove a network that nobody uses, in a transaction that is under way."""
    dhcp.withdraw(tx, network.id)
    for subnet_id in network.subnet_ids:
        subnets.remove(tx, subnet_id)
    networks.remove(tx, network.id)
    for each in network.segments:
        segmentrun.give(tx, each)
    if network.shared or network.shared_with or network.external:
        sharing.forget(tx, "network", network.id)


def default_external(tx: Transaction) -> Network | None:
    """The external network that projects without a choice go out by, where there is one."""
    found = networks.find(tx, network_table.c.is_default)
    return found[0] if found else None


def _default(tx: Transaction, network: Network, changes: NetworkChanges) -> bool:
    """Whether a network will be the default external one; a network that is not external is not."""
    wanted = given(changes.external, network.external) and given(changes.is_default, network.is_default)
    if wanted and not network.is_default:
        _check_no_default(tx)
    return wanted


def _check_no_default(tx: Transaction) -> None:
    other = default_external(tx)
    if other is not None:
        raise Conflict(
            f"A default external network already exists: {other.id}.", "DefaultExternalNetworkExists"
        )


def _check_transparent(wanted: bool | None, types: Iterable[NetworkType]) -> None:
    """Frames with VLAN tags pass bridges and tunnels whole; physical networks may have uses of their own for tags."""
    unable = [each for each in types if each in (NetworkType.VLAN, NetworkType.FLAT)]
    if wanted and unable:
        raise BadInput(
            "vlan_transparent",
            f"a {unable[0]} network does not carry its hosts' VLAN tags",
            "Leave it out, or make the network a vxlan one.",
            "VlanTransparencyDriverError",
        )


def _mtu(tx: Transaction, mtu: int | Unset, segments: Sequence[Segment]) -> int:
    highest, network_type = min(
        (segment.highest_mtu(tx.settings, each), each.network_type) for each in segments
    )
    if mtu is UNSET or mtu == 0:
        return highest
    if not 68 <= mtu <= highest:
        raise BadInput("mtu", f"{mtu} is not within 68 and {highest}, the most that {network_type} carries")
    return mtu


def _check_unused(tx: Transaction, id: str) -> None:
    columns = port_table.c
    in_use = select(columns.id).where(columns.network_id == id, columns.device_owner != DHCP).limit(1)
    if tx.execute(in_use).first() is not None:
        raise Conflict(
            f"Unable to complete operation on network {id}. "
            "There are one or more ports still in use on the network.",
            "NetworkInUse",
        )


def _share(tx: Transaction, network: Network, with_all: bool) -> None:
    if with_all:
        sharing.open_to_all(tx, "network", network.id, network.project_id)
    else:
        sharing.close_to_all(tx, "network", network)


def _use_as_external(tx: Transaction, network: Network, external: bool) -> None:
    if external:
        sharing.open_to_all(tx, "network", network.id, network.project_id, EXTERNAL)
        return
    _check_not_external(tx, network)
    sharing.forget(tx, "network", network.id, EXTERNAL)
    networks.change(tx, network.id, external_to=())


def _check_not_external(tx: Transaction, network: Network) -> None:
    columns = port_table.c
    outward = select(columns.id).where(
        columns.network_id == network.id, columns.device_owner.in_([ROUTER_GATEWAY, FLOATING_IP])
    )
    if tx.execute(outward.limit(1)).first() is not None:
        raise Conflict(
            f"Network {network.id} is used by router gateways or floating IPs.", "ExternalNetworkInUse"
        )
