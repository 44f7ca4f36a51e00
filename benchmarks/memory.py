"""What one more highly available router costs in memory, on both network nodes together.

PSS (proc_pid_smaps(5)) counts a page that n processes share as one n-th of it for each. All processes of the nodes
are counted, so that a helper, and what the agents themselves grow by, is part of the figure; the kernel's own
structures are not.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from benchmarks import routed
from benchmarks.figure import Figure, Goal
from benchmarks.stage import Stage, until
from hawser.cli.story import NETWORK_NODES
from hawser.lab.node import Node
from hawser.lab.progress import step

PER_ROUTER = Goal("memory per HA router with conntrackd, both nodes (PSS)", "MiB", 10, "230 MiB / 3.2 MiB")
GOALS = (PER_ROUTER,)

MORE = 20
"""Routers between the first measurement and the second."""
DAEMONS = Counter(keepalived=2, conntrackd=1)
"""Processes for one router on one node; keepalived's are the parent and the one that speaks VRRP."""
SETTLE = 5.0
"""Seconds for agents to report and for new processes to come to rest."""


@dataclass(frozen=True, slots=True)
class Memory:
    """PSS in KiB of all processes, and those of the daemons by their programs' names."""

    total: int
    daemons: Mapping[str, int]


def measure(stage: Stage, runs: int) -> list[Figure]:
    """One difference between one router and 21: ``runs`` does not matter, 20 routers are its samples."""
    stage.settle(stage.path)
    before = _at_rest(stage, 1)
    with step(stage.progress, f"{MORE} more routers"):
        routers = [_router(stage, number) for number in range(MORE)]
        after = _at_rest(stage, 1 + MORE)
    per_router = (after.total - before.total) / MORE / 1024
    parts = [
        f"{(after.daemons[name] - before.daemons[name]) / MORE / 1024:.2f} of it {name}" for name in DAEMONS
    ]
    with step(stage.progress, f"{per_router:.2f} MiB a router, {', '.join(parts)}; taking them away"):
        for router in routers:
            routed.remove_router(stage.admin, router)
            stage.admin.delete("network", router.inside.id)
    return [Figure(PER_ROUTER, per_router, MORE)]


def _router(stage: Stage, number: int) -> routed.Router:
    cidr = IPv4Network(f"10.64.{number}.0/24")
    inside = routed.make_network(stage.admin, f"memory{number}", cidr, dhcp=False)
    return routed.make_router(stage.admin, inside, stage.external)


def _at_rest(stage: Stage, routers: int) -> Memory:
    """The nodes' memory once each runs the daemons of so many routers."""
    nodes = [stage.lab.node(name) for name in NETWORK_NODES]
    wanted = Counter({name: count * routers * len(nodes) for name, count in DAEMONS.items()})
    until(lambda: running(nodes) == wanted, f"the daemons of {routers} routers")
    time.sleep(SETTLE)
    return of(nodes)


def running(nodes: Sequence[Node]) -> Counter[str]:
    """How many processes of each daemon these nodes have."""
    names = []
    for process in processes(nodes):
        with suppress(OSError):
            names.append(_name(process))
    return Counter(name for name in names if name in DAEMONS)


def of(nodes: Sequence[Node]) -> Memory:
    """The memory of all processes of these nodes, now."""
    total, daemons = 0, dict.fromkeys(DAEMONS, 0)
    for process in processes(nodes):
        # A process may end between being listed and being read.
        with suppress(OSError):
            kib, name = _pss(process), _name(process)
            total += kib
            if name in daemons:
                daemons[name] += kib
    return Memory(total, daemons)


def _name(process: Path) -> str:
    return (process / "comm").read_text().strip()


def processes(nodes: Sequence[Node]) -> Iterator[Path]:
    """The directories in /proc of all processes of these nodes: those in the pid namespaces of their inits."""
    ours = {(Path(f"/proc/{node.init.pid}") / "ns/pid").readlink() for node in nodes}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "ns/pid").readlink() in ours:
                yield process


def _pss(process: Path) -> int:
    """In KiB; 0 for a process that has no memory any more."""
    lines = (process / "smaps_rollup").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
