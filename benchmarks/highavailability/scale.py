"""How many routers a node carries: two hundred, of which one node has all once the other is lost.

On the way, at a hundred: the agents look at everything again, and change nothing.
"""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks import memory, routed
from benchmarks.figure import Figure, Goal
from benchmarks.highavailability import fleet, many
from benchmarks.highavailability.changes import Changes
from benchmarks.stage import Stage, until
from hawser.base.errors import LabError
from hawser.cli.story import NETWORK_NODES
from hawser.lab.lab import Fault
from hawser.lab.node import Node
from hawser.lab.progress import step

HALF, ALL = 100, 200
LOOK = Goal(f"{HALF} unchanged routers, resync (worst node)", "s", 2)
CHANGES = Goal(f"{HALF} unchanged routers, resync: changes of the kernel, files and processes", "changes", 0)
MADE = Goal(f"{ALL} routers created to all answering, {HALF} after {HALF}", "s", 30)
SHARE = Goal(f"{ALL} routers' heartbeats, on the busier node (share of a core)", "%", 20)
COPIES = Goal(f"{ALL} routers' conntrackd at rest, on the busier node (share of a core)", "%", 20)
MEMORY = Goal(
    f"memory per HA router with conntrackd, both nodes, of {ALL} (PSS)", "MiB", 10, "230 MiB / 3.2 MiB"
)
BACK = Goal(f"{ALL} routers, tunnel link of the node of {HALF} down: all answer again", "ms", 800)
BACK_ALL = Goal(f"{ALL} routers, tunnel link of the node of all {ALL} down: all answer again", "ms", 800)
HEAL = Goal(f"{ALL} routers, the link returns: longest silence (worst)", "ms", 150)
HEAL_LOST = Goal(f"{ALL} routers, the link returns: pings lost (worst)", "pings", 0)
GOALS = (LOOK, CHANGES, MADE, SHARE, COPIES, MEMORY, BACK, BACK_ALL, HEAL, HEAL_LOST)

INTERVAL = 0.1
"""Seconds between two pings of one router: of all together 2000 a second, or the pings would be the load."""
OVER = 10.0
"""Seconds of rest that are measured."""
BUSY = 70.0
"""Percent of all processors."""
NEXT_LOOK = 75.0
"""Seconds in which each agent has looked at the whole machine: it does so when nothing woke it for half a minute."""
_LOOKED = re.compile(r"looked at in (?P<seconds>[\d.]+) s, (?P<steps>\d+) steps")


def measure(stage: Stage, _runs: int) -> Iterator[Figure]:
    """One crowd of routers, which are the samples."""
    nodes = [stage.lab.node(name) for name in NETWORK_NODES]
    stage.settle(stage.path)
    before = memory.of(nodes).total
    _expect_quiet(stage)
    first = many.make(stage, many.networks(stage, "scale", HALF))
    yield from _resync(stage, nodes)
    _expect_quiet(stage)
    second = many.make(stage, many.networks(stage, "scale", ALL - HALF, skip=HALF))
    yield Figure(MADE, first.seconds + second.seconds, ALL)
    routers = (*first.routers, *second.routers)
    yield from _at_work(stage, nodes)
    yield Figure(MEMORY, (memory.of(nodes).total - before) / ALL / 1024, ALL)
    yield from _lose_both(stage, routers)
    # They are not taken away one by one: the lab goes.
    stage.close()


def _resync(stage: Stage, nodes: Sequence[Node]) -> Iterator[Figure]:
    """All nodes' next full looks; what they change is not asked of the agents."""
    logs = [node.path(fleet.LOG) for node in nodes]
    time.sleep(5.0)  # what the last router's start still wakes
    sizes, listening = [log.stat().st_size for log in logs], [Changes(node) for node in nodes]
    with step(stage.progress, f"each agent looks at {HALF} unchanged routers"):
        until(lambda: all(map(_looks, logs, sizes)), "each agent looks at its machine", NEXT_LOOK)
        time.sleep(1.0)
        changed = [each.stop() for each in listening]
    looks = [look for log, size in zip(logs, sizes, strict=True) for look in _looks(log, size)]
    with step(stage.progress, f"looks (seconds, steps): {looks}; changed: {_words(changed)}"):
        pass
    yield Figure(LOOK, max(seconds for seconds, _ in looks), len(looks))
    steps = sum(steps for _, steps in looks)
    yield Figure(CHANGES, steps + sum(sum(kinds.values()) for kinds in changed), len(looks))


def _looks(log: Path, since: int) -> list[tuple[float, int]]:
    """The seconds and the steps of each full look in a log, from a place in it on."""
    text = log.read_bytes()[since:].decode(errors="replace")
    return [(float(found["seconds"]), int(found["steps"])) for found in _LOOKED.finditer(text)]


def _words(changed: Sequence[Mapping[str, int]]) -> str:
    told = [f"{kind} {times}" for kinds in changed for kind, times in kinds.items()]
    return ", ".join(told) or "nothing"


def _expect_quiet(stage: Stage) -> None:
    """LabError where the machine has no room: daemons that wait for a processor miss heartbeats, each takeover is more
    work for all, and so it would never come to rest."""
    with step(stage.progress, f"is the machine quiet: processors busy at most {BUSY:.0f}%"):
        busy = psutil.cpu_percent(interval=3.0)
    if busy > BUSY:
        raise LabError(
            f"The processors are busy by {busy:.0f}%. Measure this on a machine with nothing else at work."
        )


def _at_work(stage: Stage, nodes: Sequence[Node]) -> Iterator[Figure]:
    """The shares of one core that the daemons of the busier node take, in percent, where nothing happens."""
    with step(stage.progress, f"{ALL} routers at rest for {OVER:.0f} s"):
        before, begun = [_spent(node) for node in nodes], time.monotonic()
        time.sleep(OVER)
        after, took = [_spent(node) for node in nodes], time.monotonic() - begun
    for goal, name in ((SHARE, "keepalived"), (COPIES, "conntrackd")):
        shares = [100 * (late[name] - early[name]) / took for early, late in zip(before, after, strict=True)]
        yield Figure(goal, max(shares), len(nodes))


def _spent(node: Node) -> Mapping[str, float]:
    """Seconds of processor time that the node's processes have had, by their names, in user space and in the kernel
    (proc(5))."""
    spent: dict[str, float] = defaultdict(float)
    for process in memory.processes([node]):
        with suppress(OSError):
            name, _, fields = (process / "stat").read_text().rpartition(")")
            spent[name.partition("(")[2]] += sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")
    return spent


def _lose_both(stage: Stage, routers: tuple[routed.Router, ...]) -> Iterator[Figure]:
    """First one node; then the other, which carries all by then. By their links: to end hundreds of a node's namespaces
    keeps the one kernel that all nodes of a lab have from giving addresses to the others'."""
    first = fleet.lose(stage, routers, Fault.LINK, NETWORK_NODES[0], INTERVAL)
    yield Figure(BACK, first.gap, ALL)
    second = fleet.lose(stage, routers, Fault.LINK, NETWORK_NODES[1], INTERVAL)
    yield Figure(BACK_ALL, second.gap, ALL)
    yield Figure(HEAL, max(first.silence_on_return, second.silence_on_return), ALL)
    yield Figure(HEAL_LOST, max(first.lost_on_return, second.lost_on_return), ALL)
