"""Many routers on two nodes: made, failed over, restarted, deleted; each is pinged from outside all the time."""

from __future__ import annotations

import time
from ipaddress import IPv4Network

from benchmarks import routed
from benchmarks.figure import Figure, Goal
from benchmarks.highavailability.crowd import Crowd
from benchmarks.stage import Stage, until
from hawser.cli.story import NETWORK_NODES
from hawser.lab.lab import Fault
from hawser.lab.progress import step

ROUTERS = 31
MADE = Goal(f"{ROUTERS} routers created to all answering", "s", 4, "383 s (30)")
BACK = Goal(f"{ROUTERS} routers, one node lost: all answer again", "ms", 800, "5.5 s (median)")
HEAL = Goal(f"{ROUTERS} routers, the node returns: longest silence", "ms", 50, "26-33 s")
SYNC = Goal(f"agent restart with {ROUTERS} routers, to in sync (worst node)", "s", 1, "24-29 s")
QUIET = Goal(f"agent restart with {ROUTERS} routers: longest silence", "ms", 100)
GONE = Goal(f"{ROUTERS} routers deleted to nothing left", "s", 3, "68 s (30)")
GOALS = (MADE, BACK, HEAL, SYNC, QUIET, GONE)

INTERVAL = 0.02
LOG = "/var/log/neutron/node.log"
IN_SYNC = "the machine is as it shall be"
"""What an agent says after the first whole look that left nothing to do."""
RETURN = 12.0
"""Seconds that a node gets for its return."""


def measure(stage: Stage, _runs: int) -> list[Figure]:
    """One fleet; its routers are the samples."""
    external = stage.external
    stage.outside.run(["sysctl", "-q", "-w", "net.ipv4.neigh.eth0.retrans_time_ms=50"])
    insides = [
        routed.make_network(stage.admin, f"fleet{n}", IPv4Network(f"10.65.{n}.0/24"), dhcp=False)
        for n in range(ROUTERS)
    ]
    routers, figures = _make(stage, insides, external)
    figures += _lose_node(stage, routers)
    figures += _restart(stage, routers)
    figures += _delete(stage, routers)
    for inside in insides:
        stage.admin.delete("network", inside.id)
    return figures


def _make(
    stage: Stage, insides: list[routed.TenantNetwork], external: str
) -> tuple[list[routed.Router], list[Figure]]:
    with step(stage.progress, f"{ROUTERS} routers"):
        begun = time.time()
        routers = [routed.make_router(stage.admin, inside, external) for inside in insides]
        crowd = Crowd(stage.outside, [router.outer for router in routers], INTERVAL)
        try:
            until(lambda: len(crowd.heard()) == ROUTERS, "every router answers", 30)
        finally:
            answers = crowd.stop()
        until(lambda: all(_is_known(stage, router) for router in routers), "the API knows every master")
    last = max(times[0] for times in answers.times.values())
    return routers, [Figure(MADE, last - begun, ROUTERS)]


def _is_known(stage: Stage, router: routed.Router) -> bool:
    return sorted(stage.admin.parts(router.id).values()) == ["active", "standby"]


def _lose_node(stage: Stage, routers: list[routed.Router]) -> list[Figure]:
    crowd = Crowd(stage.outside, [router.outer for router in routers], INTERVAL)
    with step(stage.progress, f"{NETWORK_NODES[0]} loses its power, and gets it back"):
        time.sleep(1.0)
        cut = time.time()
        stage.lab.fail(NETWORK_NODES[0], Fault.POWER)
        time.sleep(3.0)
        healed = time.time()
        stage.lab.heal(NETWORK_NODES[0])
        until(lambda: all(_is_known(stage, router) for router in routers), "the API knows every master")
        time.sleep(RETURN - (time.time() - healed) if time.time() - healed < RETURN else 0)
        ended = time.time()
    answers = crowd.stop()
    lost = [ms for ms in answers.silences(cut, healed).values() if ms > 3000 * INTERVAL]
    return [
        Figure(BACK, max(lost), len(lost)),
        Figure(HEAL, max(answers.silences(healed, ended).values()), ROUTERS),
    ]


def _restart(stage: Stage, routers: list[routed.Router]) -> list[Figure]:
    crowd = Crowd(stage.outside, [router.outer for router in routers], INTERVAL)
    time.sleep(1.0)
    begun = time.time()
    took = [_restart_one(stage, name) for name in NETWORK_NODES]
    ended = time.time()
    silences = crowd.stop().silences(begun, ended)
    return [Figure(SYNC, max(took), len(took)), Figure(QUIET, max(silences.values()), ROUTERS)]


def _restart_one(stage: Stage, name: str) -> float:
    """Seconds from the start of the agent to its word that all is in sync."""
    log = stage.lab.node(name).path(LOG)
    with step(stage.progress, f"the agent of {name} starts again"):
        stage.lab.stop(f"node@{name}")
        before, begun = log.stat().st_size, time.time()
        stage.lab.start(f"node@{name}")
        until(lambda: IN_SYNC in log.read_text()[before:], "the agent is in sync", 20)
        said = next(line for line in log.read_text()[before:].splitlines() if IN_SYNC in line)
        time.sleep(2.0)
    return _moment(said) - begun


def _moment(line: str) -> float:
    """When a line of a log was written (seconds since the epoch)."""
    day, clock = line.split()[:2]
    seconds, milliseconds = clock.split(",")
    return time.mktime(time.strptime(f"{day} {seconds}", "%Y-%m-%d %H:%M:%S")) + int(milliseconds) / 1000


def _delete(stage: Stage, routers: list[routed.Router]) -> list[Figure]:
    with step(stage.progress, f"{ROUTERS} routers are deleted"):
        begun = time.monotonic()
        for router in routers:
            routed.remove_router(stage.admin, router)
        until(lambda: not any(stage.hosts_of(router.id) for router in routers), "no namespace is left")
    return [Figure(GONE, time.monotonic() - begun, ROUTERS)]
