"""Rules of security groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence

from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.securitygroup import NewRule, Rule
from hawser.server.store.session import Store


def create(store: Store, caller: Caller, draft: NewRule) -> Rule:
    """Make one."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewRule]) -> list[Rule]:
    """Make all of them or none. `Conflict` (SecurityGroupRuleExists) where there is an equal one."""
    raise NotImplementedError


def get(store: Store, caller: Caller, id: str) -> Rule:
    """The one with this id."""
    raise NotImplementedError


def search(store: Store, caller: Caller, filters: Filters) -> list[Rule]:
    """Those that the caller sees and the filters match."""
    raise NotImplementedError


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it."""
    raise NotImplementedError
