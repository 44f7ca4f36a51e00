"""Ports: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, select

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.port import (
    DHCP,
    FLOATING_IP,
    ROUTER_GATEWAY,
    ROUTER_HA,
    ROUTER_INTERNAL_OWNERS,
    TRUSTED_PREFIX,
    NewPort,
    Port,
    PortChanges,
)
from hawser.server.model.unset import UNSET, given
from hawser.server.service import access, association, plug, qosuse, quota, securitygroup
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import port as rows
from hawser.server.store.tables.agent import dhcp_hosting_table
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.router import router_host_table, router_table


def create(store: Store, caller: Caller, draft: NewPort) -> Port:
    """Make one on a network that the caller sees."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewPort]) -> list[Port]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "port", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> Port:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
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
        if {"device_id", "device_owner"} & set(said(changes)):
            _check_free(tx, port)
        if changes.mac is not UNSET and changes.mac != port.mac:
            plug.check_mac(tx, port.network_id, changes.mac)
            port = replace(port, mac=changes.mac)
        if changes.qos_policy_id is not UNSET:
            qosuse.check_change(tx, caller, port.qos_policy_id, changes.qos_policy_id)
        ports.change(tx, id, **_columns(port, changes))
        if changes.fixed_ips is not UNSET:
            fixed_ips = plug.readdress(tx, port, changes.fixed_ips)
            association.disassociate_port(tx, id, frozenset(each.address for each in fixed_ips))
        if changes.security_group_ids is not UNSET:
            rows.set_groups(tx, id, _checked_groups(tx, caller, port, changes))
        return access.owned_port(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it; its floating IPs stay, without it. `Conflict` where it serves a router or a network."""
    with store.write() as tx:
        port = access.owned_port(tx, caller, id)
        _check_free(tx, port)
        association.disassociate_port(tx, id)
        plug.remove(tx, id)


def _make(tx: Transaction, caller: Caller, draft: NewPort) -> Port:
    network = access.seen_network(tx, caller, draft.network_id)
    qosuse.checked(tx, caller, draft.qos_policy_id)
    secured = plug.secured(network, draft)
    groups: tuple[str, ...]
    if draft.security_group_ids is UNSET:
        groups = (securitygroup.ensure_default(tx, draft.project_id),) if secured else ()
    else:
        groups = securitygroup.checked(tx, caller, draft.security_group_ids)
        _check_secured(secured, groups)
    if draft.address_pairs and not secured:
        raise _needs_port_security("allowed_address_pairs", "AddressPairAndPortSecurityRequired")
    return plug.make(tx, network, draft, groups)


def _columns(port: Port, changes: PortChanges) -> dict[str, object]:
    columns = said(changes, "fixed_ips", "security_group_ids")
    secured = given(changes.port_security_enabled, port.port_security_enabled)
    if not secured and given(changes.security_group_ids, port.security_group_ids):
        raise _needs_port_security("port_security_enabled", "PortSecurityPortHasSecurityGroup")
    if not secured and given(changes.address_pairs, port.address_pairs):
        raise _needs_port_security("allowed_address_pairs", "AddressPairAndPortSecurityRequired")
    if changes.address_pairs is not UNSET:
        columns["address_pairs"] = plug.with_macs(changes.address_pairs, port.mac)
    if "host" in columns and columns["host"] != port.host:
        columns["status"] = "DOWN"
    return columns


def _checked_groups(tx: Transaction, caller: Caller, port: Port, changes: PortChanges) -> tuple[str, ...]:
    groups = securitygroup.checked(tx, caller, given(changes.security_group_ids, ()))
    if port.device_owner.startswith(TRUSTED_PREFIX) and groups:
        raise BadInput("security_groups", "the network's own ports have none")
    return groups


def _check_secured(secured: bool, groups: tuple[str, ...]) -> None:
    if groups and not secured:
        raise _needs_port_security("security_groups", "PortSecurityAndIPRequiredForSecurityGroups")


def _needs_port_security(field: str, kind: str) -> BadInput:
    return BadInput(field, "port security is disabled", "Enable it, or leave this empty.", kind)


def _check_free(tx: Transaction, port: Port) -> None:
    """`Conflict` where a router, a DHCP server or a floating IP lives by this port."""
    where = _service(port)
    if where is not None and tx.execute(select(1).where(where).limit(1)).first() is not None:
        raise Conflict(
            f"Port {port.id} cannot be deleted or given to another device directly via the port API: "
            f"has device owner {port.device_owner}.",
            "ServicePortInUse",
        )


def _service(port: Port) -> ColumnElement[bool] | None:
    """The condition on the row that says that the port is in service; None for ports of instances."""
    if port.device_owner in ROUTER_INTERNAL_OWNERS:
        return router_table.c.id == port.device_id
    column = {
        ROUTER_GATEWAY: router_table.c.gateway_port_id,
        ROUTER_HA: router_host_table.c.ha_port_id,
        FLOATING_IP: floating_ip_table.c.external_port_id,
        DHCP: dhcp_hosting_table.c.port_id,
    }.get(port.device_owner)
    return None if column is None else column == port.id
