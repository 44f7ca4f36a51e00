"""Processes are killed with -9 on the node that carries a router, and the server: traffic does not notice."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import silence
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure, Goal
from benchmarks.stage import Stage, until
from hawser.cli.story import masters
from hawser.lab.progress import step

AGENT = Goal("agent killed on the master's node and started again: pings lost (worst)", "pings", 0)
SERVER = Goal("server killed and started again: pings lost (worst)", "pings", 0)
KEEPALIVED = Goal("keepalived killed with -9: longest silence (worst)", "ms", 300, "9-12 s")
ONE = Goal("keepalived killed with -9: until there is one master (worst)", "s", 1)
GOALS = (AGENT, SERVER, KEEPALIVED, ONE)

INTERVAL = 0.01
AFTER = 3.0
"""Seconds that the ping is watched after all is as before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Pings lost, the longest silence in milliseconds, and what the deed took in seconds."""

    lost: int
    silence: float
    took: float


def measure(stage: Stage, runs: int) -> list[Figure]:
    """Each of the three as many times as ``runs``."""
    numbers = range(1, runs + 1)
    agents = [_watch(stage, f"run {n}: the agent is killed", _agent) for n in numbers]
    servers = [_watch(stage, f"run {n}: the server is killed", _server) for n in numbers]
    daemons = [_watch(stage, f"run {n}: keepalived is killed", _keepalived) for n in numbers]
    return [
        Figure(AGENT, max(seen.lost for seen in agents), runs),
        Figure(SERVER, max(seen.lost for seen in servers), runs),
        Figure(KEEPALIVED, max(seen.silence for seen in daemons), runs),
        Figure(ONE, max(seen.took for seen in daemons), runs),
    ]


def _watch(stage: Stage, what: str, deed: Callable[[Stage, str], None]) -> Seen:
    with step(stage.progress, what):
        master = stage.settle(stage.path)
        ping, begun = Crowd(stage.outside, [stage.path.floating], INTERVAL), time.time() + 0.5
        time.sleep(1.0)
        before = time.monotonic()
        deed(stage, master)
        took = time.monotonic() - before
        time.sleep(AFTER)
        ended = time.time()
        record = ping.stop().of(stage.path.floating)
    return Seen(silence.lost(record, begun, ended), silence.longest(record, begun, ended), took)


def _agent(stage: Stage, master: str) -> None:
    stage.lab.stop(f"node@{master}", signal.SIGKILL)
    stage.lab.start(f"node@{master}")


def _server(stage: Stage, _master: str) -> None:
    stage.lab.stop("network@controller", signal.SIGKILL)
    time.sleep(1.0)
    stage.lab.start("network@controller")


def _keepalived(stage: Stage, master: str) -> None:
    """Until the dead one's addresses are gone, or its own successor holds them: one master."""
    node, other = stage.lab.node(master), stage.other(master)
    pids = node.run(["pidof", "keepalived"]).stdout.split()
    node.run(["kill", "-9", *pids])
    router = stage.path.router.id
    until(lambda: other in masters(stage.lab, router), "the other node takes over", 5)
    until(lambda: len(masters(stage.lab, router)) == 1, "there is one master", 5)
