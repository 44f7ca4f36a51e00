"""Planned moves by the operator's commands, under 50 pings a second of each router from outside."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.crowd import Crowd
from benchmarks.figure import Figure, Goal
from benchmarks.highavailability import many
from benchmarks.row import Row
from benchmarks.stage import Stage
from hawser.base.errors import LabError
from hawser.cli.story import masters
from hawser.lab.environments import own
from hawser.lab.progress import step

PEER = "none exists / 0.05-0.56 s"
INTERVAL = 0.02
AFTER = 1.5
"""Seconds that the pings go on after a command is done."""
MORE = 10
"""Routers beside the one with a floating IP, so that a node carries several when it is drained."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Pings lost, and the longest silence in milliseconds."""

    lost: int
    silence: float


def planned(settings: tuple[str, ...] = (), where: str = "") -> Row:
    """A router is moved to the other node, as often as there are runs."""
    lost = Goal(f"planned failover{where}: pings lost (worst)", "pings", 0, PEER)
    silent = Goal(f"planned failover{where}: longest silence (worst)", "ms", 50, PEER)

    def measure(stage: Stage, runs: int) -> list[Figure]:
        seen = [_move(stage, number) for number in range(1, runs + 1)]
        return _figures(lost, silent, seen)

    return Row((lost, silent), measure, settings)


def drained(settings: tuple[str, ...] = (), where: str = "") -> Row:
    """A node is drained of all that it carries, and undrained."""
    lost = Goal(
        f"node drained and undrained{where}, {MORE + 1} routers: pings lost (worst)", "pings", 0, PEER
    )
    silent = Goal(
        f"node drained and undrained{where}, {MORE + 1} routers: longest silence (worst)", "ms", 50, PEER
    )

    def measure(stage: Stage, runs: int) -> list[Figure]:
        with many.routers(stage, "drain", MORE) as more:
            outer = [router.outer for router in more]
            seen = [_drain(stage, number, outer) for number in range(1, runs + 1)]
        return _figures(lost, silent, seen)

    return Row((lost, silent), measure, settings)


def hawser(stage: Stage, *words: str) -> Any:
    """What a command of the administrator answers to programs; LabError where it did not do what it was asked."""
    argv = [str(own("hawser")), *words, "--json"]
    env = stage.lab.environment("admin")
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=90)
    if done.returncode:
        raise LabError(f"`hawser {' '.join(words)}` answered {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def _figures(lost: Goal, silent: Goal, seen: list[Seen]) -> list[Figure]:
    return [
        Figure(lost, max(each.lost for each in seen), len(seen)),
        Figure(silent, max(each.silence for each in seen), len(seen)),
    ]


def _move(stage: Stage, number: int) -> Seen:
    """There and back is two moves of which each counts as a run of its own."""
    master = stage.settle(stage.path)
    router = stage.path.router.id
    seen = _watch(stage, number, [stage.path.floating], ("router", "failover", router))
    _expect(masters(stage.lab, router) == [stage.other(master)], "the router is on the other node")
    return seen


def _drain(stage: Stage, number: int, outer: list[str]) -> Seen:
    """The node of the floating IP's router gives everything away, so that in the next run it is the other's turn."""
    master = stage.settle(stage.path)
    words = ("node", "drain", master), ("node", "undrain", master)
    seen = _watch(stage, number, [stage.path.floating, *outer], *words)
    _expect(
        masters(stage.lab, stage.path.router.id) == [stage.other(master)], "the drained node carries nothing"
    )
    return seen


def _watch(stage: Stage, number: int, addresses: list[str], *commands: tuple[str, ...]) -> Seen:
    crowd = Crowd(stage.outside, addresses, INTERVAL)
    time.sleep(1.0)
    begun = time.time()
    for words in commands:
        with step(stage.progress, f"run {number}: hawser {' '.join(words)}"):
            hawser(stage, *words)
        time.sleep(AFTER)
    ended = time.time()
    answers = crowd.stop()
    return Seen(answers.lost(begun, ended), max(answers.silences(begun, ended).values()))


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise LabError(f"Not so: {what}.")
