"""Service profiles: the use cases. All are an administrator's; policy sees to that."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.serviceprofile import NewServiceProfile, ServiceProfile, ServiceProfileChanges
from hawser.server.model.unset import UNSET
from hawser.server.service import access, serviceprovider
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables.flavor import flavor_profile_table
from hawser.server.store.tables.serviceprofile import service_profiles


def create_many(store: Store, caller: Caller, drafts: Sequence[NewServiceProfile]) -> list[ServiceProfile]:
    """Make all of them or, where one cannot be, none. `NotFound` for a driver that nobody provides."""
    with store.write() as tx:
        return [_make(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> ServiceProfile:
    """The one with this id."""
    with store.read() as tx:
        return existing(tx, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[ServiceProfile]:
    """Those that the filters match."""
    with store.read() as tx:
        return service_profiles.find(tx, filters=filters)


def update(store: Store, caller: Caller, id: str, changes: ServiceProfileChanges) -> ServiceProfile:
    """Change what is said in ``changes``. `Conflict` (ServiceProfileInUse) while a flavor has it."""
    with store.write() as tx:
        existing(tx, id)
        _check_unused(tx, id)
        if changes.driver is not UNSET and changes.driver:
            serviceprovider.of_driver(tx.settings, changes.driver)
        if said(changes):
            service_profiles.set(tx, id, **said(changes))
        return existing(tx, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` (ServiceProfileInUse) while a flavor has it."""
    with store.write() as tx:
        existing(tx, id)
        _check_unused(tx, id)
        service_profiles.remove(tx, id)


def existing(tx: Transaction, id: str) -> ServiceProfile:
    """The one with this id, in a transaction that is under way."""
    return access.existing(service_profiles.get(tx, id), "service_profile", id)


def _make(tx: Transaction, draft: NewServiceProfile) -> ServiceProfile:
    if not draft.driver and not draft.metainfo:
        raise BadInput("driver", "neither a driver nor metainfo is said", kind="ServiceProfileEmpty")
    if draft.driver:
        serviceprovider.of_driver(tx.settings, draft.driver)
    made = ServiceProfile(str(uuid4()), draft.description, draft.driver, draft.metainfo, draft.enabled)
    service_profiles.add(tx, made)
    return made


def _check_unused(tx: Transaction, id: str) -> None:
    columns = flavor_profile_table.c
    using = select(columns.flavor_id).where(columns.service_profile_id == id).limit(1)
    if tx.execute(using).first() is not None:
        raise Conflict(
            f"Service Profile {id} is used by some flavor. Take it from that first.", "ServiceProfileInUse"
        )
