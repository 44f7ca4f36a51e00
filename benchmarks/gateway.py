"""From the request for a router to a gateway that answers, seen from outside and from a tenant's guest."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from ipaddress import IPv4Network

from benchmarks import routed
from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.guest import Guest
from benchmarks.stage import PATIENCE, Stage, until
from hawser.base.errors import LabError
from hawser.lab.node import Node
from hawser.lab.progress import step

OUTER = Goal("router created to its gateway answering a ping from outside (median)", "ms", 200, "20.7 s")
WORST_OUTER = Goal("router created to its gateway answering a ping from outside (worst)", "ms", 500, "20.7 s")
INNER = Goal("router created to its interface answering a ping of a guest (median)", "ms", 200)
WORST_INNER = Goal("router created to its interface answering a ping of a guest (worst)", "ms", 500)
GOALS = (OUTER, WORST_OUTER, INNER, WORST_INNER)

REST = 2.0
"""Seconds before the first: a node that another row cut off begins no new router until it has heard others again."""
ARP_RETRY = 10
"""Milliseconds between two ARP requests of those who ping: with the default of a second the figure would say when
they asked, not when the router was there."""
PING = ("timeout", f"{PATIENCE:.0f}", "ping", "-n", "-D", "-i", "0.01")
"""Without a deadline of its own: that one would end at the first "unreachable"."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """From the first request to the first answer, in seconds."""

    outer: float
    inner: float


def measure(stage: Stage, runs: int) -> list[Figure]:
    """As many routers as ``runs``, one after the other, on one tenant network."""
    time.sleep(REST)
    inside = routed.make_network(stage.admin, "gateway", IPv4Network("192.0.2.0/24"))
    guest = stage.plug_guest(inside)
    _ask_often(stage.outside, "")
    _ask_often(guest.node, guest.netns)
    times = [_create(stage, inside, guest, number) for number in range(1, runs + 1)]
    guest.unplug()
    return [
        *middle_and_worst(OUTER, WORST_OUTER, [time.outer * 1000 for time in times]),
        *middle_and_worst(INNER, WORST_INNER, [time.inner * 1000 for time in times]),
    ]


def _create(stage: Stage, inside: routed.TenantNetwork, guest: Guest, number: int) -> Seconds:
    external = stage.external
    with step(stage.progress, f"run {number}: a router from request to answer"):
        begun = time.time()
        inner_ping = _ping(guest.node, inside.gateway, guest.netns)
        router = routed.make_router(stage.admin, inside, external)
        outer_ping = _ping(stage.outside, router.outer, "")
        outer, inner = _first_answer(outer_ping), _first_answer(inner_ping)
    with step(stage.progress, f"run {number}: the router is gone again"):
        routed.remove_router(stage.admin, router)
        until(lambda: not stage.hosts_of(router.id), f"router {router.id} is off its nodes")
        _forget(stage.outside, "")
        _forget(guest.node, guest.netns)
    return Seconds(outer - begun, inner - begun)


def _ping(node: Node, address: str, netns: str) -> subprocess.Popen[str]:
    return node.popen([*_inside(netns), *PING, address], stdout=subprocess.PIPE, text=True)


def _first_answer(ping: subprocess.Popen[str]) -> float:
    """When the first answer came (seconds since the epoch, by ping itself); LabError if none came in time."""
    assert ping.stdout is not None
    try:
        for line in ping.stdout:
            if "bytes from" in line:
                return float(line[1 : line.index("]")])
    finally:
        ping.terminate()
        ping.communicate()
    raise LabError(f"No answer to `{' '.join(PING)}` within {PATIENCE:.0f} s.")


def _ask_often(node: Node, netns: str) -> None:
    setting = f"net.ipv4.neigh.eth0.retrans_time_ms={ARP_RETRY}"
    node.run([*_inside(netns), "sysctl", "-q", "-w", setting])


def _forget(node: Node, netns: str) -> None:
    """No neighbour is known from before."""
    node.run([*_inside(netns), "ip", "neighbour", "flush", "dev", "eth0"])


def _inside(netns: str) -> list[str]:
    return ["ip", "netns", "exec", netns] if netns else []
