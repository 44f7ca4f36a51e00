"""Ports made one after the other over one connection, each with its token checked against Keystone's."""

from __future__ import annotations

import time
from ipaddress import IPv4Network
from statistics import median

from benchmarks import routed
from benchmarks.api import Api
from benchmarks.figure import Figure, Goal
from benchmarks.stage import Stage
from hawser.lab.progress import step

CREATE = Goal("port create, sequential, one server (median)", "ms", 8, "147 ms")
GOALS = (CREATE,)

WARM_UP, PORTS = 20, 300
"""Ports before the clock runs, and those that are timed."""


def measure(stage: Stage, runs: int) -> list[Figure]:
    """One series, by a tenant on a network of its own: ``runs`` does not matter, the ports are its samples."""
    with Api(stage.lab, "demo") as demo:
        network = routed.make_network(demo, "ports", IPv4Network("10.65.0.0/22"))
        with step(stage.progress, f"{PORTS} ports"):
            times = [_create(demo, network.id) for _ in range(WARM_UP + PORTS)][WARM_UP:]
    return [Figure(CREATE, median(times) * 1000, PORTS)]


def _create(api: Api, network: str) -> float:
    """Seconds for one port."""
    begun = time.perf_counter()
    api.create("port", network_id=network)
    return time.perf_counter() - begun
