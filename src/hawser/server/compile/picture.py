"""The picture of the store that nodes' intents are compiled from.

The store fills it (`store/snapshot.py`) and keeps it up to date by the change log; here it is only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from hawser.server.model.agent import Agent, DhcpHosting
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.network import Network
from hawser.server.model.port import Port
from hawser.server.model.router import Router, RouterHost
from hawser.server.model.subnet import Subnet


@dataclass(frozen=True, slots=True)
class Change:
    """A thing of the picture became another: ``old`` is None if it was made, ``new`` if it is gone."""

    noun: str
    key: str
    old: Any
    new: Any


@dataclass(slots=True)
class Picture:
    """All the nouns as of ``revision``, by the key that the change log gives them: their id; for the agents
    that host a router or serve a network, all of them by its id. When agents were last heard of is not in it.
    """

    revision: int = 0
    networks: dict[str, Network] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    routers: dict[str, Router] = field(default_factory=dict)
    floating_ips: dict[str, FloatingIp] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    router_hosts: dict[str, tuple[RouterHost, ...]] = field(default_factory=dict)
    dhcp_hostings: dict[str, tuple[DhcpHosting, ...]] = field(default_factory=dict)

    def put(self, noun: str, key: str, new: Any) -> Change | None:
        """Have the thing be ``new`` (None: gone); the change, None where it is so already."""
        things: dict[str, Any] = getattr(self, noun)
        old = things.get(key)
        if new == old:
            return None
        if new is None:
            del things[key]
        else:
            things[key] = new
        return Change(noun, key, old, new)

    def contents(self) -> Iterator[Change]:
        """All that is in it, as changes of an empty picture."""
        for noun in NOUNS:
            for key, thing in getattr(self, noun).items():
                yield Change(noun, key, None, thing)


NOUNS = tuple(each.name for each in fields(Picture) if each.name != "revision")
