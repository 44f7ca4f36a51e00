"""Port forwardings of floating IPs: the use cases.

Laws. A floating IP either stands for one address, or has port forwardings; all of these go through one router,
which then is the floating IP's. An address of a port that has a floating IP of its own has no forwardings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import or_

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.port import FixedIp
from hawser.server.model.portforwarding import (
    NewPortForwarding,
    PortForwarding,
    PortForwardingChanges,
    check,
    collides,
)
from hawser.server.service import access, association
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import portforwarding as rows
from hawser.server.store.tables.floatingip import floating_ip_table, floating_ips
from hawser.server.store.tables.portforwarding import forwardings, port_forwarding_table

_NOUN = "port_forwarding"


def create_many(store: Store, caller: Caller, drafts: Sequence[NewPortForwarding]) -> list[PortForwarding]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> PortForwarding:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return access.owned(caller, forwardings.get(tx, id), _NOUN, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[PortForwarding]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return forwardings.find(tx, *rows.visible(caller), filters=filters)


def update(store: Store, caller: Caller, id: str, changes: PortForwardingChanges) -> PortForwarding:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        before = access.owned(caller, forwardings.get(tx, id), _NOUN, id)
        after = replace(before, **said(changes), revision=tx.revision, updated_at=tx.now)
        floating = access.owned_floating_ip(tx, caller, before.floating_ip_id)
        router_id = _checked(tx, caller, floating, after)
        forwardings.set(tx, id, **rows.columns_of(after))
        floating_ips.change(tx, floating.id, router_id=router_id)
        return after


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it; with its last one, a floating IP leaves its router."""
    with store.write() as tx:
        association.drop_forwarding(tx, access.owned(caller, forwardings.get(tx, id), _NOUN, id))


def _make(tx: Transaction, caller: Caller, draft: NewPortForwarding) -> PortForwarding:
    floating = access.owned_floating_ip(tx, caller, draft.floating_ip_id)
    made = PortForwarding(
        id=str(uuid4()),
        project_id=floating.project_id,
        description=draft.description,
        floating_ip_id=floating.id,
        protocol=draft.protocol,
        external=draft.external,
        internal_port_id=draft.internal_port_id,
        internal_address=draft.internal_address,
        internal=draft.internal,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    router_id = _checked(tx, caller, floating, made)
    forwardings.add(tx, made)
    floating_ips.change(tx, floating.id, router_id=router_id, status="ACTIVE")
    return made


def _checked(tx: Transaction, caller: Caller, floating: FloatingIp, wanted: PortForwarding) -> str:
    """The router that the forwarding goes through, where it can be."""
    check(wanted)
    if floating.port_id is not None:
        message = (
            f"Floating IP {floating.address} stands for port {floating.port_id}. Disassociate it before it "
            "forwards ports."
        )
        raise Conflict(message, "FloatingIPPortAlreadyAssociated")
    fixed_ip = _fixed_ip(tx, caller, wanted)
    _check_not_floating(tx, wanted)
    _check_single(tx, wanted)
    router_id = association.router_between(tx, floating.network_id, fixed_ip.subnet_id)
    if router_id is None:
        wrong = f"no router joins subnet {fixed_ip.subnet_id} to the external network {floating.network_id}"
        raise BadInput("internal_port_id", wrong, kind="BadRequest")
    others = [each for each in floating.port_forwardings if each.id != wanted.id]
    if others and router_id != floating.router_id:
        wrong = f"router {router_id} is not {floating.router_id}, which the others go through"
        raise BadInput("internal_port_id", wrong, kind="BadRequest")
    return router_id


def _fixed_ip(tx: Transaction, caller: Caller, wanted: PortForwarding) -> FixedIp:
    port = access.owned_port(tx, caller, wanted.internal_port_id)
    for fixed_ip in port.fixed_ips:
        if fixed_ip.address == wanted.internal_address and fixed_ip.address.version == 4:
            return fixed_ip
    wrong = f"{wanted.internal_address} is no IPv4 address of port {port.id}"
    raise BadInput("internal_ip_address", wrong, kind="BadRequest")


def _check_not_floating(tx: Transaction, wanted: PortForwarding) -> None:
    columns = floating_ip_table.c
    where = columns.port_id == wanted.internal_port_id, columns.fixed_address == wanted.internal_address
    if found := floating_ips.find(tx, *where):
        raise Conflict(
            f"Cannot create port forwarding to port {wanted.internal_port_id} using fixed IP "
            f"{wanted.internal_address}, as that has floating IP {found[0].address}.",
            "PortHasBindingFloatingIP",
        )


def _check_single(tx: Transaction, wanted: PortForwarding) -> None:
    columns = port_forwarding_table.c
    near = or_(
        columns.floating_ip_id == wanted.floating_ip_id, columns.internal_port_id == wanted.internal_port_id
    )
    for other in forwardings.find(tx, near, columns.protocol == wanted.protocol):
        if collides(wanted, other):
            wrong = f"{other.id} forwards {other.external or 'all'} to {other.internal or 'all'} already"
            raise BadInput(_NOUN, wrong, kind="BadRequest")
