"""Trunks: the use cases.

Trunks are kept and shown, and hold on to their ports. Nodes do not carry tagged traffic for them yet, which their
status, DOWN, says.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from hawser.base.errors import Conflict, NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.trunk import NewTrunk, Trunk, TrunkChanges, WantedSubPort, check_apart
from hawser.server.service import access, quota, subport
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import trunk as rows
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.trunk import trunks


def create_many(store: Store, caller: Caller, drafts: Sequence[NewTrunk]) -> list[Trunk]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "trunk", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> Trunk:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return access.owned_trunk(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Trunk]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return trunks.find(tx, *rows.visible(caller), filters=filters)


def update(store: Store, caller: Caller, id: str, changes: TrunkChanges) -> Trunk:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        access.owned_trunk(tx, caller, id)
        trunks.change(tx, id, **said(changes))
        return access.owned_trunk(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it; its ports stay. `Conflict` (TrunkDisabled) while it is administratively down."""
    with store.write() as tx:
        trunk = _manageable(tx, caller, id)
        subport.release(tx, trunk.sub_ports)
        trunks.remove(tx, id)
        ports.change(tx, trunk.port_id, trunk_id=None)


def add_subports(store: Store, caller: Caller, id: str, wanted: Sequence[WantedSubPort]) -> Trunk:
    """Have it carry these ports too. `Conflict` where one is in use, or its segmentation is."""
    with store.write() as tx:
        trunk = access.owned_trunk(tx, caller, id)
        port = access.owned_port(tx, caller, trunk.port_id)
        chosen = subport.chosen(tx, caller, port, wanted)
        _check_enabled(trunk)
        check_apart(id, (*trunk.sub_ports, *chosen))
        subport.take(tx, id, chosen)
        trunks.change(tx, id, status="DOWN")
        ports.change(tx, trunk.port_id)
        return access.owned_trunk(tx, caller, id)


def remove_subports(store: Store, caller: Caller, id: str, unwanted: Sequence[WantedSubPort]) -> Trunk:
    """Have it carry these ports no more. `NotFound` (SubPortNotFound) where it does not carry one."""
    with store.write() as tx:
        trunk = _manageable(tx, caller, id)
        carried = {each.port_id: each for each in trunk.sub_ports}
        for each in unwanted:
            if each.port_id not in carried:
                message = f"SubPort on trunk {id} with port {each.port_id} could not be found."
                raise NotFound("sub_port", each.port_id, message)
        subport.release(tx, [carried[each.port_id] for each in unwanted])
        trunks.change(tx, id, status="DOWN")
        ports.change(tx, trunk.port_id)
        return access.owned_trunk(tx, caller, id)


def _make(tx: Transaction, caller: Caller, draft: NewTrunk) -> Trunk:
    port = subport.parent(tx, caller, draft.port_id)
    trunk = Trunk(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        port_id=port.id,
        admin_state_up=draft.admin_state_up,
        status="DOWN",
        sub_ports=subport.chosen(tx, caller, port, draft.sub_ports),
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    check_apart(trunk.id, trunk.sub_ports)
    trunks.add(tx, trunk)
    subport.take(tx, trunk.id, trunk.sub_ports)
    ports.change(tx, port.id, trunk_id=trunk.id)
    return trunk


def _manageable(tx: Transaction, caller: Caller, id: str) -> Trunk:
    trunk = access.owned_trunk(tx, caller, id)
    _check_enabled(trunk)
    return trunk


def _check_enabled(trunk: Trunk) -> None:
    if not trunk.admin_state_up:
        raise Conflict(f"Trunk {trunk.id} is currently disabled. Set admin_state_up first.", "TrunkDisabled")
