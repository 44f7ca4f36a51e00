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
            made = [_create(demo, network.id) for _ in range(WARM_UP + PORTS)]
        with step(stage.progress, "the ports are gone again"):
            for port, _ in made:
                demo.delete("port", port)
            demo.delete("network", network.id)
    return [Figure(CREATE, median(seconds for _, seconds in made[WARM_UP:]) * 1000, PORTS)]


def _create(api: Api, network: str) -> tuple[str, float]:
    """The id of a new port, and the seconds that it took."""
    begun = time.perf_counter()
    port = api.create("port", network_id=network)
    return str(port["id"]), time.perf_counter() - begun
