"""Connections through one router, by SNAT and by a floating IP, live over twenty failovers of all kinds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from benchmarks import silence
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure, Goal
from benchmarks.highavailability.faults import POWER, TUNNEL, Mishap
from benchmarks.highavailability.moves import hawser
from benchmarks.highavailability.talk import Echo, Place, Talk, stall
from benchmarks.stage import Stage, until
from hawser.cli.story import masters
from hawser.lab.progress import step

FAILOVERS = 20
SNAT, FLOATING = "TCP through SNAT", "TCP through a floating IP"
SNAT_UDP, FLOATING_UDP = "UDP through SNAT", "UDP through a floating IP"
PEERS = {SNAT: "0 of 20 / live"}
LIVES = {
    name: Goal(
        f"{name}: failovers survived, of {FAILOVERS}", "failovers", FAILOVERS, PEERS.get(name, "-"), True
    )
    for name in (SNAT, FLOATING, SNAT_UDP, FLOATING_UDP)
}
STALL = Goal(
    "TCP's longest stall in a failover, beyond the gap of the ping (median)", "ms", 200, "- / 0.3-6.5 s"
)
WORST_STALL = Goal("TCP's longest stall in a failover, beyond the gap of the ping (worst)", "ms", 200, "-")
GOALS = (*LIVES.values(), STALL, WORST_STALL)

INTERVAL = 0.01
"""Seconds between two words, and between two pings."""
WITHOUT = 2.0
"""Seconds without the node. TCP's own pauses double: words that come back by then came back after the failover."""


def _move(stage: Stage, _master: str) -> None:
    hawser(stage, "router", "failover", stage.path.router.id)


def _nothing(_stage: Stage, _master: str) -> None:
    """A planned move needs no mending."""


PLANNED = Mishap("planned failover", "-", _move, _nothing)
KINDS = (POWER, TUNNEL, PLANNED)
"""In turn."""


@dataclass(frozen=True, slots=True)
class Failover:
    """Since when until when (seconds since the epoch), and the ping's gap in milliseconds."""

    begun: float
    ended: float
    gap: float


def measure(stage: Stage, _runs: int) -> list[Figure]:
    """Always twenty failovers: nothing is connected anew between them."""
    with _talking(stage) as talks:
        failovers = [_failover(stage, number) for number in range(FAILOVERS)]
        heard = {name: talk.heard() for name, talk in talks.items()}
    lived = [Figure(goal, _survived(heard[name], failovers), FAILOVERS) for name, goal in LIVES.items()]
    beyond = [
        max(stall(heard[name], each.begun, each.ended) for name in (SNAT, FLOATING)) - each.gap
        for each in failovers
    ]
    return [*lived, Figure(STALL, median(beyond), FAILOVERS), Figure(WORST_STALL, max(beyond), FAILOVERS)]


@contextmanager
def _talking(stage: Stage) -> Iterator[Mapping[str, Talk]]:
    """A guest without a floating IP talks to the host outside, and that one to the guest that has one."""
    path, outside = stage.path, Place(stage.outside)
    stage.settle(path)
    hidden = stage.plug_guest(path.router.inside)
    shown, inside = Place(path.guest.node, path.guest.netns), Place(hidden.node, hidden.netns)
    echoes = [Echo(outside), Echo(shown)]
    talks: dict[str, Talk] = {}
    time.sleep(1.0)
    try:
        talks = {
            SNAT: Talk(inside, "tcp", stage.outside_address, INTERVAL),
            SNAT_UDP: Talk(inside, "udp", stage.outside_address, INTERVAL),
            FLOATING: Talk(outside, "tcp", path.floating, INTERVAL),
            FLOATING_UDP: Talk(outside, "udp", path.floating, INTERVAL),
        }
        yield talks
    finally:
        for talk in talks.values():
            talk.stop()
        for echo in echoes:
            echo.stop()
        hidden.unplug()


def _failover(stage: Stage, number: int) -> Failover:
    """One, and its end: the words that come back before that tell who survived it."""
    kind, path = KINDS[number % len(KINDS)], stage.path
    master = stage.settle(path)
    ping = Crowd(stage.outside, [path.floating], INTERVAL)
    time.sleep(0.5)
    begun = time.time()
    with step(stage.progress, f"failover {number + 1} of {FAILOVERS}, {master}: {kind.what}"):
        kind.do(stage, master)
        other = stage.other(master)
        until(lambda: other in masters(stage.lab, path.router.id), f"{other} takes over", 5)
        time.sleep(max(0.0, begun + WITHOUT - time.time()))
    ended = time.time()
    gap = silence.longest(ping.stop().of(path.floating), begun, ended)
    kind.undo(stage, master)
    return Failover(begun, ended, gap)


def _survived(heard: list[float], failovers: list[Failover]) -> int:
    """After how many of them words came back: in the last quarter of its time."""
    return sum(any(each.ended - WITHOUT / 4 <= at <= each.ended for at in heard) for each in failovers)
