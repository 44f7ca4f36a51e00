"""Security groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence

from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.securitygroup import NewSecurityGroup, SecurityGroup, SecurityGroupChanges
from hawser.server.store.session import Store


def create(store: Store, caller: Caller, draft: NewSecurityGroup) -> SecurityGroup:
    """Make one."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewSecurityGroup]) -> list[SecurityGroup]:
    """Make all of them or, where one cannot be, none."""
    raise NotImplementedError


def get(store: Store, caller: Caller, id: str) -> SecurityGroup:
    """The one with this id. `NotFound` where the caller does not see any."""
    raise NotImplementedError


def search(store: Store, caller: Caller, filters: Filters) -> list[SecurityGroup]:
    """Those that the caller sees and the filters match."""
    raise NotImplementedError


def update(store: Store, caller: Caller, id: str, changes: SecurityGroupChanges) -> SecurityGroup:
    """Change what is said in ``changes``."""
    raise NotImplementedError


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` while it is in use."""
    raise NotImplementedError
