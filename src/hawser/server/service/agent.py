"""Agents, and what each hosts: the use cases. All are an administrator's; policy sees to that."""

from __future__ import annotations

from hawser.server.model.agent import Agent, AgentChanges
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.network import Network
from hawser.server.model.router import Router, RouterHost
from hawser.server.store.session import Store


def get(store: Store, caller: Caller, id: str) -> Agent:
    """The one with this id."""
    raise NotImplementedError


def search(store: Store, caller: Caller, filters: Filters) -> list[Agent]:
    """Those that the filters match ("alive" is one of the fields)."""
    raise NotImplementedError


def update(store: Store, caller: Caller, id: str, changes: AgentChanges) -> Agent:
    """Change what is said in ``changes``."""
    raise NotImplementedError


def delete(store: Store, caller: Caller, id: str) -> None:
    """Forget it; what it hosted is moved to others where there are any."""
    raise NotImplementedError


def hosting_router(store: Store, caller: Caller, router_id: str) -> list[tuple[Agent, RouterHost]]:
    """The L3 agents that host a router, by rank, each with its place (``mastership`` as to be shown)."""
    raise NotImplementedError


def routers(store: Store, caller: Caller, id: str) -> list[Router]:
    """The routers that an L3 agent hosts."""
    raise NotImplementedError


def hosting_network(store: Store, caller: Caller, network_id: str) -> list[Agent]:
    """The DHCP agents that serve a network."""
    raise NotImplementedError


def networks(store: Store, caller: Caller, id: str) -> list[Network]:
    """The networks that a DHCP agent serves."""
    raise NotImplementedError
