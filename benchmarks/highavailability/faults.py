"""The node that carries a router breaks in several ways, and is mended, under a ping of a floating IP from outside."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from benchmarks import failover
from benchmarks.failover import Deed
from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.row import Row
from benchmarks.stage import Stage
from hawser.base import names
from hawser.base.errors import LabError
from hawser.lab.lab import Fault

CONTROLLER = "controller"
SECOND_OUTAGE = 50.0
"""Milliseconds of silence that are none when a node returns."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """``what`` befalls the master, how it is done and undone; ``peer`` is how long others are gone. ``median`` and
    ``worst`` are the gaps to reach, in milliseconds."""

    what: str
    peer: str
    do: Deed
    undo: Deed = failover.heal
    median: float = 300
    worst: float = 800


def row(mishap: Mishap, settings: tuple[str, ...] = (), where: str = "") -> Row:
    """Its gap, and the second outage when all is well again. ``where``: how the lab's settings are told apart."""
    what = f"{mishap.what}{where}"
    gap = Goal(f"gap: {what} (median)", "ms", mishap.median, mishap.peer)
    worst = Goal(f"gap: {what} (worst)", "ms", mishap.worst, mishap.peer)
    second = Goal(f"second outage, after: {what} (worst)", "ms", SECOND_OUTAGE, "5-32 s / 0.1-0.9 s")

    lost = Goal(f"second outage, after: {what}: pings lost (worst)", "pings", 0)

    def measure(stage: Stage, runs: int) -> list[Figure]:
        outages = [
            failover.cycle(stage, number, mishap.what, mishap.do, mishap.undo)
            for number in range(1, runs + 1)
        ]
        return [
            *middle_and_worst(gap, worst, [each.gap for each in outages]),
            Figure(second, max(each.silence_on_return for each in outages), runs),
            Figure(lost, max(each.lost_on_return for each in outages), runs),
        ]

    return Row((gap, worst, second, lost), measure, settings)


def _cut_tunnel(stage: Stage, master: str) -> None:
    stage.lab.fail(master, Fault.LINK, "tunnel")


def _silence_tunnel(stage: Stage, master: str) -> None:
    stage.lab.fail(master, Fault.SILENCE, "tunnel")


def _cut_external(stage: Stage, master: str) -> None:
    stage.lab.fail(master, Fault.LINK, "external")


def _ha_port(state: str) -> Deed:
    """Sets the router's interface on its HA network, as an operator does by hand."""

    def do(stage: Stage, master: str) -> None:
        node, netns = stage.lab.node(master), names.router_namespace(stage.path.router.id)
        shown = node.run(["ip", "-n", netns, "-o", "link", "show"]).stdout.splitlines()
        port = next(word.split("@")[0] for line in shown for word in line.split() if word.startswith("ha-"))
        node.run(["ip", "-n", netns, "link", "set", port, state])

    return do


def _behead(stage: Stage, master: str) -> None:
    """The whole controller is dead: Keystone, every networking server, every feed; then the master's power goes."""
    stage.lab.fail(CONTROLLER, Fault.POWER)
    if _answers(stage):
        raise LabError("The networking API answers though its node has no power: it runs elsewhere.")
    failover.power_off(stage, master)


def _answers(stage: Stage) -> bool:
    try:
        stage.admin.shared_out()
    except httpx.TransportError:
        return False
    return True


def _behead_no_more(stage: Stage, master: str) -> None:
    """The master's node comes back first: it needs no server for that."""
    stage.lab.heal(master)
    stage.lab.heal(CONTROLLER)


POWER = Mishap("node power off", "6.0 s / 0.68 s", failover.power_off)
TUNNEL = Mishap("tunnel link down", "5.9 s / 0.70 s", _cut_tunnel)
HA_PORT = Mishap("ha port down", "6.2 s / -", _ha_port("down"), _ha_port("up"))
SILENCE = Mishap("tunnel silent, carrier up", "-", _silence_tunnel)
HEADLESS = Mishap("control plane dead, then node power off", "- / never fails over", _behead, _behead_no_more)

HEALTH_CHECK = 1
"""Seconds; the gap to reach is half a second longer."""
_CHECKED = 1000.0 * HEALTH_CHECK + 500
EXTERNAL = Mishap(
    f"external link only down, health check every {HEALTH_CHECK} s",
    "- / never fails over",
    _cut_external,
    median=_CHECKED,
    worst=_CHECKED,
)
