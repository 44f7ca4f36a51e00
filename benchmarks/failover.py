"""A node that carries a router loses its power, and gets it back, under a ping of a floating IP from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import silence
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.stage import Stage
from hawser.lab.lab import Fault
from hawser.lab.progress import step

GAP = Goal("failover gap, node power off, default settings (median)", "ms", 300, "6.0 s")
WORST_GAP = Goal("failover gap, node power off, default settings (worst)", "ms", 800, "6.0 s")
RETURN = Goal("second outage: longest silence when the failed node returns (worst)", "ms", 50, "5-32 s")
LOST = Goal("second outage: pings lost when the failed node returns (worst)", "pings", 0)
GOALS = (GAP, WORST_GAP, RETURN, LOST)

INTERVAL = 0.01
"""Seconds between two pings."""
BEFORE, WITHOUT, AFTER = 1.0, 3.0, 3.0
"""Seconds that the ping is watched before the fault, with it, and after all agree again."""


@dataclass(frozen=True, slots=True)
class Outage:
    """One fault and its end: silences in milliseconds."""

    gap: float
    silence_on_return: float
    lost_on_return: int


Deed = Callable[[Stage, str], None]
"""What is done to a node, by its name."""


def measure(stage: Stage, runs: int) -> list[Figure]:
    """As many power cuts as ``runs``, each of the node that is master then."""
    outages = [cycle(stage, number, "no power", power_off) for number in range(1, runs + 1)]
    return [
        *middle_and_worst(GAP, WORST_GAP, [outage.gap for outage in outages]),
        Figure(RETURN, max(outage.silence_on_return for outage in outages), runs),
        Figure(LOST, max(outage.lost_on_return for outage in outages), runs),
    ]


def power_off(stage: Stage, node: str) -> None:
    """Cut the power of a node."""
    stage.lab.fail(node, Fault.POWER)


def heal(stage: Stage, node: str) -> None:
    """End all that the lab did to a node; one without power is up again afterwards."""
    stage.lab.heal(node)


def cycle(stage: Stage, number: int, what: str, break_it: Deed, mend: Deed = heal) -> Outage:
    """Break the node that is master, and mend it; ``what`` befalls it, in words."""
    path = stage.path
    with step(stage.progress, f"run {number}: all agree who is master"):
        master = stage.settle(path)
    ping = Crowd(stage.outside, [path.floating], INTERVAL)
    time.sleep(BEFORE)
    cut = time.time()
    with step(stage.progress, f"run {number}: {master}: {what} for {WITHOUT:.0f} s"):
        break_it(stage, master)
        time.sleep(WITHOUT)
    healed = time.time()
    with step(stage.progress, f"run {number}: {master} returns"):
        mend(stage, master)
        stage.settle(path)
        time.sleep(AFTER)
    ended = time.time()
    record = ping.stop().of(path.floating)
    return Outage(
        silence.longest(record, cut - BEFORE / 2, healed),
        silence.longest(record, healed, ended),
        silence.lost(record, healed, ended),
    )
