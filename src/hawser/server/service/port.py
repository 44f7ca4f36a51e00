"""Ports: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from hawser.base.errors import BadInput
from hawser.server.model.caller import Caller
from hawser.server.model.dhcpoption import merged
from hawser.server.model.filters import Filters
from hawser.server.model.port import TRUSTED_PREFIX, NewPort, Port, PortChanges
from hawser.server.model.unset import UNSET, given
from hawser.server.service import (
    access,
    association,
    bulk,
    plug,
    portcheck,
    qosuse,
    quota,
    readdress,
    securitygroup,
    subport,
)
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import binding as binding_rows
from hawser.server.store.tables import port as rows
from hawser.server.store.tables.port import ports


def create(store: Store, caller: Caller, draft: NewPort) -> Port:
    """Make one on a network that the caller sees."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewPort]) -> list[Port]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "port", [draft.project_id for draft in drafts])
        return bulk.each(drafts, partial(_make, tx, caller))


def get(store: Store, caller: Caller, id: str) -> Port:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.look() as tx:
        return access.owned_port(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Port]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return ports.find(tx, *rows.visible(caller), filters=filters)


def pick(store: Store, caller: Caller, filters: Filters, fields: Sequence[str]) -> list[tuple[Any, ...]]:
    """Only these columns of those that `search` would give."""
    with store.read() as tx:
        return ports.pick(tx, fields, *rows.visible(caller), filters=filters)


def update(store: Store, caller: Caller, id: str, changes: PortChanges) -> Port:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        port = access.owned_port(tx, caller, id)
        portcheck.check_said(tx, changes)
        portcheck.check_kept_device(tx, caller, port, changes)
        if changes.mac is not UNSET:
            changes = replace(changes, mac=_new_mac(tx, port, changes.mac))
        if changes.qos_policy_id is not UNSET:
            qosuse.check_change(tx, caller, port.qos_policy_id, changes.qos_policy_id)
        columns = _columns(port, changes)
        ports.change(tx, id, **columns)
        if "host" in columns:
            binding_rows.remove(tx, id, given(changes.host, ""))
        _readdress(tx, port, changes)
        if changes.security_group_ids is not UNSET:
            rows.set_groups(tx, id, _checked_groups(tx, caller, port, changes))
        return access.owned_port(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it; its floating IPs stay, without it. `Conflict` where it serves a router or a network."""
    with store.write() as tx:
        port = access.owned_port(tx, caller, id)
        portcheck.check_free(tx, port)
        subport.check_removable(tx, port)
        association.disassociate_port(tx, id)
        plug.remove(tx, id)


def _make(tx: Transaction, caller: Caller, draft: NewPort) -> Port:
    network = access.seen_network(tx, caller, draft.network_id)
    qosuse.checked(tx, caller, draft.qos_policy_id)
    portcheck.check_said(tx, draft)
    portcheck.check_owner(tx, caller, draft.project_id, draft.device_owner, draft.device_id)
    secured = plug.secured(network, draft)
    portcheck.check_draft(secured, draft)
    groups: tuple[str, ...]
    if draft.security_group_ids is UNSET:
        groups = (securitygroup.ensure_default(tx, draft.project_id),) if secured else ()
    else:
        groups = securitygroup.checked(tx, caller, draft.security_group_ids)
    return plug.make(tx, network, draft, groups)


def _new_mac(tx: Transaction, port: Port, wanted: str | None) -> str:
    """The MAC that a port gets: the one wanted, or another than it has."""
    if wanted == port.mac:
        return port.mac
    mac = plug.free_mac(tx, port.network_id) if wanted is None else wanted
    portcheck.check_mac_free(port, mac)
    if wanted is not None:
        plug.check_mac(tx, port.network_id, mac)
    return mac


def _columns(port: Port, changes: PortChanges) -> dict[str, object]:
    """The columns to change. A port that is bound anew is down until a node has wired it there."""
    columns = said(changes, "fixed_ips", "security_group_ids")
    portcheck.check_security(port, changes)
    if changes.address_pairs is not UNSET:
        columns["address_pairs"] = plug.with_macs(changes.address_pairs, given(changes.mac, None) or port.mac)
    if changes.dhcp_options is not UNSET:
        columns["dhcp_options"] = merged(port.dhcp_options, changes.dhcp_options)
    if (columns.get("host", port.host), columns.get("vnic_type", port.vnic_type)) != (
        port.host,
        port.vnic_type,
    ):
        columns["status"] = "DOWN"
    return columns


def _readdress(tx: Transaction, port: Port, changes: PortChanges) -> None:
    """Give a port the addresses that it shall have; those that its host makes itself follow its MAC."""
    mac = given(changes.mac, port.mac) or port.mac
    wanted = changes.fixed_ips
    if wanted is UNSET:
        if mac == port.mac:
            return
        wanted = plug.kept_but_self_made(port)
    fixed_ips = plug.readdress(tx, replace(port, mac=mac), wanted)
    readdress.check(tx, port, fixed_ips)
    association.disassociate_port(tx, port.id, frozenset(each.address for each in fixed_ips))


def _checked_groups(tx: Transaction, caller: Caller, port: Port, changes: PortChanges) -> tuple[str, ...]:
    groups = securitygroup.checked(tx, caller, given(changes.security_group_ids, ()))
    if port.device_owner.startswith(TRUSTED_PREFIX) and groups:
        raise BadInput("security_groups", "the network's own ports have none")
    return groups
