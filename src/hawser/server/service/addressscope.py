"""Address scopes: the use cases.

A scope holds pools apart. Routers translate addresses between networks of one scope as between any others.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.addressscope import AddressScope, AddressScopeChanges, NewAddressScope
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.rbac import as_seen
from hawser.server.model.unset import UNSET
from hawser.server.service import access, sharing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import addressscope as rows
from hawser.server.store.tables.addressscope import NOUN, address_scope_table, address_scopes
from hawser.server.store.tables.rbac import split_shared
from hawser.server.store.tables.subnetpool import subnet_pool_table


def create_many(store: Store, caller: Caller, drafts: Sequence[NewAddressScope]) -> list[AddressScope]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> AddressScope:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return as_seen(caller, access.seen_address_scope(tx, caller, id))


def search(store: Store, caller: Caller, filters: Filters) -> list[AddressScope]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        filters, shared = split_shared(caller, NOUN, address_scope_table, filters)
        found = address_scopes.find(tx, *rows.visible(caller), *shared, filters=filters)
        return [as_seen(caller, scope) for scope in found]


def update(store: Store, caller: Caller, id: str, changes: AddressScopeChanges) -> AddressScope:
    """Change what is said in ``changes``. What is shared with all projects stays so."""
    with store.write() as tx:
        scope = access.owned_address_scope(tx, caller, id)
        if scope.shared and changes.shared is False:
            raise BadInput(
                "shared",
                f"address scope {id} is shared and cannot be unshared",
                kind="AddressScopeUpdateError",
            )
        address_scopes.change(tx, id, **said(changes))
        if changes.shared is not UNSET and changes.shared and not scope.shared:
            sharing.open_to_all(tx, NOUN, id, scope.project_id)
        return as_seen(caller, access.seen_address_scope(tx, caller, id))


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` (AddressScopeInUse) while subnet pools are of it."""
    with store.write() as tx:
        scope = access.owned_address_scope(tx, caller, id)
        columns = subnet_pool_table.c
        if tx.execute(select(columns.id).where(columns.address_scope_id == id).limit(1)).first():
            raise Conflict(
                f"Unable to complete operation on address scope {id}. "
                "There are one or more subnet pools in use on the address scope.",
                "AddressScopeInUse",
            )
        address_scopes.remove(tx, id)
        if scope.shared or scope.shared_with:
            sharing.forget(tx, NOUN, id)


def _make(tx: Transaction, draft: NewAddressScope) -> AddressScope:
    scope = AddressScope(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        ip_version=draft.ip_version,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        shared=draft.shared,
    )
    address_scopes.add(tx, scope)
    if scope.shared:
        sharing.open_to_all(tx, NOUN, scope.id, scope.project_id)
    return scope
