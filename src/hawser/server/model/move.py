"""A planned move: a router's master is to be on another of its nodes, without a packet lost."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hawser.server.model.router import RouterHost
from hawser.wire.report import Mastership

LONGEST = timedelta(seconds=10)
"""How long a node is wanted as master. One that did not take over by then cannot: it is isolated, or busy."""


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


def is_over(wanted: RouterHost, peers: Sequence[RouterHost], alive: Container[str], now: datetime) -> bool:
    """Whether a move need be wanted no longer: it is done, or will not be.

    It is done when the target is master and no other that lives is: before that the target must stay above the
    old master. ``peers`` are the router's other hosts, ``alive`` the ids of the agents that are alive.
    """
    if wanted.agent_id not in alive or wanted.wanted_at is None or now - wanted.wanted_at >= LONGEST:
        return True
    rivals = any(peer.mastership is Mastership.ACTIVE and peer.agent_id in alive for peer in peers)
    return wanted.mastership is Mastership.ACTIVE and not rivals
