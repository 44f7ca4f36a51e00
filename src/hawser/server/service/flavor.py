"""Flavors: the use cases, and what a router of a flavor is."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.flavor import L3, Flavor, FlavorChanges, NewFlavor, NextProvider
from hawser.server.model.router import NewRouter
from hawser.server.model.serviceprovider import MODES, RouterMode
from hawser.server.model.unset import UNSET, Unset
from hawser.server.service import access, serviceprofile, serviceprovider
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import flavor as rows
from hawser.server.store.tables.flavor import flavors
from hawser.server.store.tables.router import router_table


def create_many(store: Store, caller: Caller, drafts: Sequence[NewFlavor]) -> list[Flavor]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> Flavor:
    """The one with this id."""
    with store.read() as tx:
        return _existing(tx, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Flavor]:
    """Those that the filters match."""
    with store.read() as tx:
        return flavors.find(tx, filters=filters)


def update(store: Store, caller: Caller, id: str, changes: FlavorChanges) -> Flavor:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        flavor = _existing(tx, id)
        columns = said(changes, "service_profile_ids")
        if columns:
            flavors.set(tx, id, **columns)
        if changes.service_profile_ids is not UNSET:
            rows.unbind(tx, id, flavor.service_profile_ids)
            _bind(tx, id, changes.service_profile_ids)
        return _existing(tx, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` (FlavorInUse) while a router is of it."""
    with store.write() as tx:
        _existing(tx, id)
        using = select(router_table.c.id).where(router_table.c.flavor_id == id).limit(1)
        if tx.execute(using).first() is not None:
            raise Conflict(f"Flavor {id} is used by some service instance.", "FlavorInUse")
        flavors.remove(tx, id)


def bind(store: Store, caller: Caller, id: str, profile_id: str) -> None:
    """Give it a service profile too. `Conflict` (FlavorServiceProfileBindingExists) where it has it."""
    with store.write() as tx:
        if profile_id in _existing(tx, id).service_profile_ids:
            raise Conflict(
                f"Service Profile {profile_id} is already associated with flavor {id}.",
                "FlavorServiceProfileBindingExists",
            )
        _bind(tx, id, (profile_id,))


def unbind(store: Store, caller: Caller, id: str, profile_id: str) -> None:
    """Take a service profile away. `NotFound` (FlavorServiceProfileBindingNotFound) where it does not have it."""
    with store.write() as tx:
        if profile_id not in _existing(tx, id).service_profile_ids:
            raise _unbound(id, profile_id)
        rows.unbind(tx, id, (profile_id,))


def next_provider(store: Store, caller: Caller, id: str) -> NextProvider:
    """Who would provide the next thing of the flavor; errors as for a router of it."""
    with store.read() as tx:
        return _next_provider(tx, _existing(tx, id))


def mode(tx: Transaction, draft: NewRouter) -> RouterMode:
    """What kind of router a new one is to be: what it asks for, which its flavor's driver must be able to make."""
    asked = RouterMode(draft.ha, draft.distributed)
    if draft.flavor_id is None:
        return asked
    flavor = _existing(tx, draft.flavor_id)
    if flavor.service_type != L3:
        raise BadInput("flavor_id", f"flavor {flavor.id} is of {flavor.service_type}, not of {L3}")
    made = MODES.get(_next_provider(tx, flavor).driver, RouterMode())
    ha = _agreed("ha", asked.ha, made.ha)
    return RouterMode(ha, _agreed("distributed", asked.distributed, made.distributed))


def _agreed(field: str, asked: bool | Unset, made: bool | Unset) -> bool | Unset:
    if asked is not UNSET and made is not UNSET and asked != made:
        raise BadInput(field, f"the flavor's driver makes routers where it is {str(made).lower()}")
    return asked if made is UNSET else made


def _make(tx: Transaction, draft: NewFlavor) -> Flavor:
    id = str(uuid4())
    flavors.add(tx, Flavor(id, draft.name, draft.description, draft.service_type, draft.enabled))
    _bind(tx, id, draft.service_profile_ids)
    return _existing(tx, id)


def _bind(tx: Transaction, id: str, profile_ids: Sequence[str]) -> None:
    for profile_id in profile_ids:
        serviceprofile.existing(tx, profile_id)
    rows.bind(tx, id, sorted(set(profile_ids)))


def _existing(tx: Transaction, id: str) -> Flavor:
    return access.existing(flavors.get(tx, id), "flavor", id)


def _next_provider(tx: Transaction, flavor: Flavor) -> NextProvider:
    if not flavor.enabled:
        raise Conflict("Flavor is not enabled.", "FlavorDisabled")
    if not flavor.service_profile_ids:
        raise _unbound(flavor.id, "")
    profile = serviceprofile.existing(tx, flavor.service_profile_ids[0])
    if not profile.enabled:
        raise Conflict("Service Profile is not enabled.", "ServiceProfileDisabled")
    provider = serviceprovider.of_driver(tx.settings, profile.driver)
    return NextProvider(provider.name, profile.driver, profile.metainfo)


def _unbound(id: str, profile_id: str) -> NotFound:
    message = f"Service Profile {profile_id} is not associated with flavor {id}."
    return NotFound("service_profile", profile_id, message, "FlavorServiceProfileBindingNotFound")
