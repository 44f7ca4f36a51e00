"""The agents of both network nodes are restarted, one after the other, under a ping through their router."""

from __future__ import annotations

import time

from benchmarks import silence
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure, Goal
from benchmarks.stage import Stage, until
from hawser.cli.story import NETWORK_NODES
from hawser.lab.progress import step

LOST = Goal("agent restart with the router running: pings lost (worst)", "pings", 0)
SILENCE = Goal("agent restart with the router running: longest silence (worst)", "ms", 50)
GOALS = (LOST, SILENCE)

INTERVAL = 0.01
"""Seconds between two pings."""
AFTER = 3.0
"""Seconds that the ping is watched after an agent was started again: it looks at its machine in that time."""


def measure(stage: Stage, runs: int) -> list[Figure]:
    """In each of ``runs`` the agents of the master's node and of the other one are restarted."""
    seen = [_restart_both(stage, number) for number in range(1, runs + 1)]
    return [
        Figure(LOST, max(lost for lost, _ in seen), runs),
        Figure(SILENCE, max(silent for _, silent in seen), runs),
    ]


def _restart_both(stage: Stage, number: int) -> tuple[int, float]:
    """Pings lost, and the longest silence in milliseconds."""
    stage.settle(stage.path)
    ping, begun = Crowd(stage.outside, [stage.path.floating], INTERVAL), time.time() + 0.5
    for node in NETWORK_NODES:
        with step(stage.progress, f"run {number}: the agents of {node} stop and start"):
            _restart(stage, node)
    ended = time.time()
    record = ping.stop().of(stage.path.floating)
    return silence.lost(record, begun, ended), silence.longest(record, begun, ended)


def _restart(stage: Stage, node: str) -> None:
    """Return some time after the API knows that each agent of the node is another than before."""
    before = stage.admin.starts(node)
    stage.lab.stop(f"node@{node}")
    stage.lab.start(f"node@{node}")
    until(
        lambda: _all_new(before, stage.admin.starts(node)), f"the agents of {node} report that they started"
    )
    time.sleep(AFTER)


def _all_new(before: dict[str, str], now: dict[str, str]) -> bool:
    return bool(before) and all(now[binary] != started for binary, started in before.items())
