"""Address groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select

from hawser.base.addresses import Network
from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.addressgroup import AddressGroup, AddressGroupChanges, NewAddressGroup
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.rbac import as_seen
from hawser.server.service import access, sharing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import addressgroup as rows
from hawser.server.store.tables.addressgroup import address_group_table, address_groups
from hawser.server.store.tables.defaultrule import default_rule_table
from hawser.server.store.tables.rbac import split_shared
from hawser.server.store.tables.securitygroup import rule_table


def create_many(store: Store, caller: Caller, drafts: Sequence[NewAddressGroup]) -> list[AddressGroup]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> AddressGroup:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return as_seen(caller, access.seen_address_group(tx, caller, id))


def search(store: Store, caller: Caller, filters: Filters) -> list[AddressGroup]:
    """Those that the caller sees and the filters match."""
    filters, shared = split_shared(caller, "address_group", address_group_table, filters)
    with store.read() as tx:
        found = address_groups.find(tx, *rows.visible(caller), *shared, filters=filters)
        return [as_seen(caller, group) for group in found]


def update(store: Store, caller: Caller, id: str, changes: AddressGroupChanges) -> AddressGroup:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        access.owned_address_group(tx, caller, id)
        address_groups.change(tx, id, **said(changes))
        return access.owned_address_group(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` (AddressGroupInUse) while rules are about it."""
    with store.write() as tx:
        group = access.owned_address_group(tx, caller, id)
        for table in (rule_table, default_rule_table):
            users = select(table.c.id).where(table.c.remote_address_group_id == id).limit(1)
            if tx.execute(users).first() is not None:
                raise Conflict(
                    f"Address group {id} is in use on one or more security group rules.",
                    "AddressGroupInUse",
                )
        address_groups.remove(tx, id)
        if group.shared or group.shared_with:
            sharing.forget(tx, "address_group", id)


def add_addresses(store: Store, caller: Caller, id: str, addresses: Sequence[Network]) -> AddressGroup:
    """Add some. `BadInput` (AddressesAlreadyExist) where one of them is there already."""
    with store.write() as tx:
        group = access.owned_address_group(tx, caller, id)
        if there := set(addresses) & set(group.addresses):
            raise BadInput(
                "addresses", f"{_listed(there)} are in address group {id}", kind="AddressesAlreadyExist"
            )
        return _with(tx, caller, group, set(group.addresses) | set(addresses))


def remove_addresses(store: Store, caller: Caller, id: str, addresses: Sequence[Network]) -> AddressGroup:
    """Take some away. `NotFound` (AddressesNotFound) where one of them is not there."""
    with store.write() as tx:
        group = access.owned_address_group(tx, caller, id)
        if lacking := set(addresses) - set(group.addresses):
            names = _listed(lacking)
            message = f"Addresses {names} not found in the address group {id}."
            raise NotFound("address", names, message, "AddressesNotFound")
        return _with(tx, caller, group, set(group.addresses) - set(addresses))


def _make(tx: Transaction, draft: NewAddressGroup) -> AddressGroup:
    group = AddressGroup(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        addresses=_sorted(set(draft.addresses)),
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    address_groups.add(tx, group)
    return group


def _with(tx: Transaction, caller: Caller, group: AddressGroup, addresses: set[Network]) -> AddressGroup:
    address_groups.change(tx, group.id, addresses=_sorted(addresses))
    return access.owned_address_group(tx, caller, group.id)


def _sorted(addresses: set[Network]) -> tuple[Network, ...]:
    return tuple(
        sorted(addresses, key=lambda each: (each.version, int(each.network_address), each.prefixlen))
    )


def _listed(addresses: set[Network]) -> str:
    return ", ".join(map(str, _sorted(addresses)))
