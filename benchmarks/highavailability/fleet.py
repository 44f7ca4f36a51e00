"""Some dozens of routers on two nodes: made, failed over, restarted, deleted; each is pinged from outside meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import routed
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.highavailability import many
from benchmarks.stage import Stage, until
from hawser.cli.story import NETWORK_NODES
from hawser.lab.lab import Fault
from hawser.lab.progress import step

ROUTERS = 31
MADE = Goal(f"{ROUTERS} routers created to all answering", "s", 4, "383 s (30) / 4.6 s (20)")
BACK = Goal(f"{ROUTERS} routers, one node lost: all answer again (median)", "ms", 800, "5.5 s / 3.2 s (21)")
WORST_BACK = Goal(
    f"{ROUTERS} routers, one node lost: all answer again (worst)", "ms", 800, "5.5 s / 3.2 s (21)"
)
HEAL = Goal(f"{ROUTERS} routers, the node returns: longest silence (worst)", "ms", 50, "26-33 s / -")
HEAL_LOST = Goal(f"{ROUTERS} routers, the node returns: pings lost (worst)", "pings", 0)
CUT = Goal(f"{ROUTERS} routers, tunnel link of one node down: all answer again (worst)", "ms", 800)
CUT_HEAL = Goal(
    f"{ROUTERS} routers, the tunnel link returns: longest silence (worst)", "ms", 50, "26-33 s / -"
)
CUT_LOST = Goal(f"{ROUTERS} routers, the tunnel link returns: pings lost (worst)", "pings", 0)
SYNC = Goal(f"agent restart with {ROUTERS} routers, to in sync (worst)", "s", 1, "24-29 s / -")
LOST = Goal(f"agent restart with {ROUTERS} routers: pings lost (worst)", "pings", 0)
GONE = Goal(f"{ROUTERS} routers deleted to nothing left", "s", 3, "68 s (30) / -")
GOALS = (MADE, BACK, WORST_BACK, HEAL, HEAL_LOST, CUT, CUT_HEAL, CUT_LOST, SYNC, LOST, GONE)

INTERVAL = 0.02
WITHOUT = 3.0
"""Seconds of a fault."""
RETURN = 6.0
"""Seconds that a node gets for its return, at least."""
LOG = "/var/log/neutron/node.log"
IN_SYNC = "the machine is as it shall be"
"""What an agent says after a whole look that left nothing to do."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Of all routers: the longest silence (milliseconds) while a node was lost, and when it returned; the pings that
    were lost when it returned."""

    gap: float
    silence_on_return: float
    lost_on_return: int


def measure(stage: Stage, runs: int) -> Iterator[Figure]:
    """One fleet, which loses a node in each of the runs."""
    insides = many.networks(stage, "fleet", ROUTERS)
    made = many.make(stage, insides)
    yield Figure(MADE, made.seconds, ROUTERS)
    routers = made.routers
    powers = [lose(stage, routers, Fault.POWER, node) for node in nodes(runs)]
    yield from middle_and_worst(BACK, WORST_BACK, [each.gap for each in powers])
    yield Figure(HEAL, max(each.silence_on_return for each in powers), runs)
    yield Figure(HEAL_LOST, max(each.lost_on_return for each in powers), runs)
    cuts = [lose(stage, routers, Fault.LINK, node) for node in nodes(runs)]
    yield Figure(CUT, max(each.gap for each in cuts), runs)
    yield Figure(CUT_HEAL, max(each.silence_on_return for each in cuts), runs)
    yield Figure(CUT_LOST, max(each.lost_on_return for each in cuts), runs)
    yield from _restart(stage, routers)
    yield Figure(GONE, many.remove(stage, routers), ROUTERS)
    for inside in insides:
        stage.admin.delete("network", inside.id)


def nodes(runs: int) -> list[str]:
    """Whose turn it is in each run: after the first, all routers are where the fault is."""
    return [NETWORK_NODES[number % len(NETWORK_NODES)] for number in range(runs)]


def lose(
    stage: Stage, routers: tuple[routed.Router, ...], fault: Fault, node: str, interval: float = INTERVAL
) -> Loss:
    """A node breaks (its power, or its link to the tunnel network), and is mended."""
    many.settle(stage, routers)
    crowd = Crowd(stage.outside, [router.outer for router in routers], interval)
    with step(stage.progress, f"{len(routers)} routers: {fault} of {node}, and back"):
        time.sleep(1.0)
        cut = time.time()
        stage.lab.fail(node, fault, "" if fault is Fault.POWER else "tunnel")
        time.sleep(WITHOUT)
        healed = time.time()
        stage.lab.heal(node)
        many.settle(stage, routers)
        time.sleep(max(1.0, healed + RETURN - time.time()))
        ended = time.time()
    answers = crowd.stop()
    gaps, seconds = answers.silences(cut, healed), answers.silences(healed, ended)
    return Loss(max(gaps.values()), max(seconds.values()), answers.lost(healed, ended))


def _restart(stage: Stage, routers: tuple[routed.Router, ...]) -> Iterator[Figure]:
    crowd = Crowd(stage.outside, [router.outer for router in routers], INTERVAL)
    time.sleep(1.0)
    begun = time.time()
    took = [_restart_one(stage, name) for name in NETWORK_NODES]
    ended = time.time()
    yield Figure(SYNC, max(took), len(took))
    yield Figure(LOST, crowd.stop().lost(begun, ended), len(took))


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
