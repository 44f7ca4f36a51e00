"""Routers: the use cases."""

from __future__ import annotations

from collections.abc import Sequence

from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.router import NewRouter, Router, RouterChanges, RouterInterface
from hawser.server.store.session import Store


def create(store: Store, caller: Caller, draft: NewRouter) -> Router:
    """Make one."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewRouter]) -> list[Router]:
    """Make all of them or, where one cannot be, none."""
    raise NotImplementedError


def get(store: Store, caller: Caller, id: str) -> Router:
    """The one with this id. `NotFound` where the caller does not see any."""
    raise NotImplementedError


def search(store: Store, caller: Caller, filters: Filters) -> list[Router]:
    """Those that the caller sees and the filters match."""
    raise NotImplementedError


def update(store: Store, caller: Caller, id: str, changes: RouterChanges) -> Router:
    """Change what is said in ``changes``."""
    raise NotImplementedError


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` while it is in use."""
    raise NotImplementedError


def add_interface(
    store: Store, caller: Caller, id: str, *, subnet_id: str | None = None, port_id: str | None = None
) -> RouterInterface:
    """Join a subnet (at its gateway address) or a port that nobody uses; exactly one of them is said."""
    raise NotImplementedError


def remove_interface(
    store: Store, caller: Caller, id: str, *, subnet_id: str | None = None, port_id: str | None = None
) -> RouterInterface:
    """Part a subnet or a port from the router; the port goes when no subnet is left on it."""
    raise NotImplementedError
