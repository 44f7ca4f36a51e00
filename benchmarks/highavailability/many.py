"""Many routers, each with a tenant network and a gateway: made, known to the API, taken away."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from benchmarks import routed
from benchmarks.crowd import Crowd
from benchmarks.stage import Stage, until
from hawser.lab.progress import step

RATE = 2000
"""Pings a second, of all together, while they are made."""
ASKED = 400
"""Requests a second for the addresses of those that do not answer yet."""
PATIENCE = 120.0
"""Seconds at most for one step of all of them."""
_FIRST = IPv4Address("10.65.0.0")
_SHARED_OUT = ["active", "standby"]


@dataclass(frozen=True, slots=True)
class Made:
    """Routers, and the seconds from the first request to the last one's first answer to a ping from outside."""

    routers: tuple[routed.Router, ...]
    seconds: float


def networks(stage: Stage, name: str, count: int, skip: int = 0) -> list[routed.TenantNetwork]:
    """Tenant networks of one name and subnets one after another; ``skip`` as many that others have."""
    return [
        routed.make_network(stage.admin, name, IPv4Network((_FIRST + 256 * n, 24)), dhcp=False)
        for n in range(skip, skip + count)
    ]


def make(stage: Stage, insides: Sequence[routed.TenantNetwork]) -> Made:
    """A router on each network: three requests each, one after another; all answer, and the API knows their parts."""
    external = stage.external
    # One that does not answer yet is asked again soon, or the figure would say when it was asked. All routers hear it.
    again = max(50, 1000 * len(insides) // ASKED)
    stage.outside.run(["sysctl", "-q", "-w", f"net.ipv4.neigh.eth0.retrans_time_ms={again}"])
    with step(stage.progress, f"{len(insides)} routers, until all answer"):
        begun = time.time()
        made = tuple(routed.make_router(stage.admin, inside, external) for inside in insides)
        crowd = Crowd(stage.outside, [router.outer for router in made], len(made) / RATE)
        try:
            until(lambda: len(crowd.heard()) == len(made), "every router answers", PATIENCE)
        finally:
            answers = crowd.stop()
        settle(stage, made)
    return Made(made, answers.last_first() - begun)


def settle(stage: Stage, made: Sequence[routed.Router]) -> None:
    """Wait until the API says that each has one master and one that stands by."""
    until(lambda: _all_known(stage, made), "the API knows every master", PATIENCE)


def _all_known(stage: Stage, made: Sequence[routed.Router]) -> bool:
    parts = stage.admin.shared_out()
    return all(parts.get(router.id) == _SHARED_OUT for router in made)


def remove(stage: Stage, made: Sequence[routed.Router]) -> float:
    """Seconds from the first request to the end of the last namespace; the networks stay."""
    with step(stage.progress, f"{len(made)} routers are deleted"):
        begun = time.monotonic()
        for router in made:
            routed.remove_router(stage.admin, router)
        until(lambda: not any(stage.hosts_of(router.id) for router in made), "no namespace is left", PATIENCE)
    return time.monotonic() - begun


@contextmanager
def routers(stage: Stage, name: str, count: int) -> Iterator[tuple[routed.Router, ...]]:
    """For as long as they are needed."""
    insides = networks(stage, name, count)
    made = make(stage, insides).routers
    yield made
    remove(stage, made)
    for inside in insides:
        stage.admin.delete("network", inside.id)
