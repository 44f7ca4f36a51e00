"""A router, and its place on each node that hosts it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hawser.base.addresses import Address, Network
from hawser.server.model.port import FixedIp, WantedIp
from hawser.server.model.unset import UNSET, Unset
from hawser.wire.report import Mastership


@dataclass(frozen=True, slots=True)
class ExtraRoute:
    """A static route of the router."""

    destination: Network
    nexthop: Address


@dataclass(frozen=True, slots=True)
class Gateway:
    """The router's foot in an external network; ``fixed_ips`` are its port's."""

    network_id: str
    port_id: str
    enable_snat: bool
    fixed_ips: tuple[FixedIp, ...] = ()


@dataclass(frozen=True, slots=True)
class Router:
    """``vrid`` and ``ha_network_id`` are set where ``ha``; the VRID is unique within its HA network.

    ``distributed`` is kept and shown: nodes carry such a router as any other, through the hosts of its agents.
    ``availability_zone_hints`` are where its agents shall be, () for anywhere; ``availability_zones`` are
    where they are.
    """

    id: str
    project_id: str
    name: str
    description: str
    admin_state_up: bool
    status: str
    ha: bool
    gateway: Gateway | None
    routes: tuple[ExtraRoute, ...]
    vrid: int | None
    ha_network_id: str | None
    revision: int
    created_at: datetime
    updated_at: datetime
    distributed: bool = False
    flavor_id: str | None = None
    availability_zone_hints: tuple[str, ...] = ()
    availability_zones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterHost:
    """A router is hosted by an L3 agent. ``rank`` 0 is the preferred master among its hosts;
    ``ha_port_id`` is its port on the HA network there. ``mastership_at`` is when that state began.
    ``wanted_at`` is since when it is wanted as master, None while it is not (`model.move`)."""

    router_id: str
    agent_id: str
    host: str
    rank: int
    ha_port_id: str | None
    mastership: Mastership
    mastership_at: datetime | None
    wanted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WantedGateway:
    """A gateway as a caller asks for it. ``fixed_ips`` UNSET: any address, or those it has already."""

    network_id: str
    enable_snat: bool | Unset = UNSET
    fixed_ips: tuple[WantedIp, ...] | Unset = UNSET


@dataclass(frozen=True, slots=True)
class NewRouter:
    """What a create asks for. ``ha`` and ``distributed`` UNSET are what the operator configured (``l3_ha``,
    ``router_distributed``), or what the flavor's driver makes."""

    project_id: str
    name: str = ""
    description: str = ""
    admin_state_up: bool = True
    ha: bool | Unset = UNSET
    gateway: WantedGateway | None = None
    distributed: bool | Unset = UNSET
    flavor_id: str | None = None
    availability_zone_hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterChanges:
    """What an update asks for; UNSET leaves a field alone, ``gateway`` None clears it."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    admin_state_up: bool | Unset = UNSET
    ha: bool | Unset = UNSET
    gateway: WantedGateway | Unset | None = UNSET
    routes: tuple[ExtraRoute, ...] | Unset = UNSET
    distributed: bool | Unset = UNSET


@dataclass(frozen=True, slots=True)
class RouterInterface:
    """A router's port on a tenant network, as adding or removing it answers.

    ``subnet_ids`` are those that were added or removed.
    """

    router_id: str
    project_id: str
    network_id: str
    port_id: str
    subnet_ids: tuple[str, ...]


def active(hosts: Sequence[RouterHost]) -> RouterHost | None:
    """The host that became active last among those that say they are; None where none says so."""
    actives = [host for host in hosts if host.mastership == Mastership.ACTIVE and host.mastership_at]
    return max(actives, key=lambda host: (host.mastership_at, -host.rank), default=None)


def as_shown(hosts: Sequence[RouterHost], alive: Container[str]) -> list[RouterHost]:
    """The hosts of one router as operators shall see them: at most one is active, and never a dead one.

    ``alive`` holds the ids of agents that are alive. What a dead agent last said is unknown now; so is what
    one said that was active before another became so.
    """
    said = [replace(each, mastership=_believed(each, each.agent_id in alive)) for each in hosts]
    newest = active(said)
    return [
        replace(each, mastership=Mastership.UNKNOWN)
        if each.mastership == Mastership.ACTIVE and each is not newest
        else each
        for each in said
    ]


def _believed(host: RouterHost, alive: bool) -> Mastership:
    return host.mastership if alive else Mastership.UNKNOWN
