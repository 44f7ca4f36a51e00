"""What a node tells the server: the one way back. A report says facts, with the time they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mastership(StrEnum):
    """Which part this node plays for an HA router."""

    ACTIVE = "active"
    STANDBY = "standby"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AgentState:
    """An agent (one role of a node) is alive. ``configurations`` is shown to operators as it is.

    ``tunnel_address`` is where this node's VXLAN end points are reached, "" for agents without any.
    ``mappings`` are the physical networks that the node reaches.
    """

    agent_type: str
    binary: str
    availability_zone: str
    started_at: float
    tunnel_address: str
    mappings: tuple[str, ...]
    configurations: dict[str, str | int | float | bool | list[str] | dict[str, str]]


@dataclass(frozen=True, slots=True)
class PortStatus:
    """A port is wired (``up``) or not, with the reason where it is not."""

    port_id: str
    up: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class RouterStatus:
    """The part this node plays for a router, since ``at`` (seconds since the epoch)."""

    router_id: str
    mastership: Mastership
    at: float


@dataclass(frozen=True, slots=True)
class Report:
    """One node's news; tuples hold only what changed since the last report, ``agents`` always all. ``sent_at`` is by
    the node's own clock, as all of its times are: by it servers tell how long ago they were. 0 where it is not said."""

    agents: tuple[AgentState, ...] = ()
    ports: tuple[PortStatus, ...] = ()
    routers: tuple[RouterStatus, ...] = ()
    sent_at: float = 0.0
