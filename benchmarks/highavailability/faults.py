"""A node that carries a router breaks in several ways, and is mended, under a ping of a floating IP from outside."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from benchmarks import failover
from benchmarks.failover import Outage
from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.row import Row
from benchmarks.stage import Stage
from hawser.lab.lab import Fault

SERVER = "network@controller"


def row(what: str, peer: str, measure: Callable[[Stage, int], Outage]) -> Row:
    """A row of one fault: its gap, and the second outage when all is well again. ``peer`` is another's gap."""
    gap, worst = (Goal(f"gap: {what} ({which})", "ms", limit, peer) for which, limit in _LIMITS)
    second = Goal(f"second outage, after: {what} (worst)", "ms", 50, "5-32 s")

    def all_runs(stage: Stage, runs: int) -> list[Figure]:
        outages = [measure(stage, number) for number in range(1, runs + 1)]
        silent = max(outage.silence_on_return for outage in outages)
        return [*middle_and_worst(gap, worst, [each.gap for each in outages]), Figure(second, silent, runs)]

    return Row((gap, worst, second), all_runs)


_LIMITS = (("median", 300), ("worst", 800))


def power(stage: Stage, number: int) -> Outage:
    """The node loses its power."""
    return failover.cycle(stage, number, "no power")


def tunnel(stage: Stage, number: int) -> Outage:
    """Its cable to the tunnel network is pulled."""
    return failover.cycle(stage, number, "no tunnel network", _pull)


def headless(stage: Stage, number: int) -> Outage:
    """The server is dead when the node loses its power, and comes back with it."""
    return failover.cycle(stage, number, "no server, then no power", _behead)


def _pull(stage: Stage, master: str) -> None:
    stage.lab.fail(master, Fault.LINK, "tunnel")


def _behead(stage: Stage, master: str) -> None:
    """The server is back before the node is: it is not what this is about."""
    stage.lab.stop(SERVER, signal.SIGKILL)
    failover.power_off(stage, master)
    time.sleep(failover.WITHOUT)
    stage.lab.start(SERVER)
