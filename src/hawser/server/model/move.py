"""A planned move: a router's master is to be on another of its nodes, without a packet lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hawser.server.model.agent import Agent
from hawser.server.model.router import RouterHost
from hawser.wire.report import Mastership

AT_ONCE = 20
"""Moves under way at a time, where many are asked for together: each is work for its new node, which must not miss
others' heartbeats over it."""
QUEUED = datetime(9999, 1, 1, tzinfo=UTC)
"""When a node is wanted whose turn has not come yet."""
LONGEST, LONGEST_ADVERTS = timedelta(seconds=10), 5
"""How long a node is wanted as master, or how many heartbeats long where that is longer. One that did not take over
by then cannot: it is isolated, or busy."""


@dataclass(frozen=True, slots=True)
class Move:
    """A router goes from one host to another; ``from_host`` is "" where nobody says that it is master.

    Where both are the same there is nothing to do.
    """

    router_id: str
    router_name: str
    from_host: str
    to_host: str


@dataclass(frozen=True, slots=True)
class RouterPlace:
    """A highly available router's place on a host, as operators shall see it (`router.as_shown`)."""

    router_name: str
    place: RouterHost
    alive: bool
    drained: bool


def longest(agent: Agent) -> timedelta:
    """How long a node with this L3 agent is wanted as a router's master at most."""
    interval = agent.configurations.get("ha_vrrp_advert_int")
    known = interval if isinstance(interval, int | float) else 0
    return max(LONGEST, LONGEST_ADVERTS * timedelta(seconds=known))


def is_over(
    wanted: RouterHost, peers: Sequence[RouterHost], alive: Mapping[str, Agent], now: datetime
) -> bool:
    """Whether a move need be wanted no longer: it is done, or will not be.

    It is done when the target is master and no other that lives is: before that the target must stay above the
    old master. ``peers`` are the router's other hosts, ``alive`` the agents that are alive, by id. A time that lies
    ahead is that of a server whose clock is wrong.
    """
    agent = alive.get(wanted.agent_id)
    if agent is None or wanted.wanted_at is None:
        return True
    if wanted.wanted_at != QUEUED and abs(now - wanted.wanted_at) >= longest(agent):
        return True
    rivals = any(peer.mastership is Mastership.ACTIVE and peer.agent_id in alive for peer in peers)
    return wanted.mastership is Mastership.ACTIVE and not rivals
