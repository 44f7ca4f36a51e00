"""The table of high availability, in the order in which it is measured: rows on one lab are next to each other."""

from __future__ import annotations

from benchmarks import gateway, memory, restart
from benchmarks.highavailability import connections, faults, fleet, kills, moves, scale, throughput
from benchmarks.results import Book
from benchmarks.row import Row

FLOODED = (
    "controller.ml2_conf.ml2.mechanism_drivers=linuxbridge",
    "all.linuxbridge_agent.vxlan.l2_population=False",
)
"""Tunnels by multicast and learning."""
_WITHOUT = ", without l2population"
CHECKED = (f"network.l3_agent.DEFAULT.ha_vrrp_health_check_interval={faults.HEALTH_CHECK}",)
_FAULTS = {
    "power": faults.POWER,
    "tunnel": faults.TUNNEL,
    "haport": faults.HA_PORT,
    "silence": faults.SILENCE,
    "headless": faults.HEADLESS,
}

BOOK = Book(
    "ha",
    "benchmarks.highavailability",
    {
        **{name: faults.row(mishap) for name, mishap in _FAULTS.items()},
        "planned": moves.planned(),
        "drain": moves.drained(),
        "kills": Row(kills.GOALS, kills.measure),
        "restart": Row(restart.GOALS, restart.measure),
        "connections": Row(connections.GOALS, connections.measure),
        "gateway": Row(gateway.GOALS, gateway.measure),
        "memory": Row(memory.GOALS, memory.measure),
        "throughput": Row(throughput.GOALS, throughput.measure),
        "fleet": Row(fleet.GOALS, fleet.measure),
        "scale": Row(scale.GOALS, scale.measure),
        "external": faults.row(faults.EXTERNAL, CHECKED),
        **{f"{name}-flooded": faults.row(mishap, FLOODED, _WITHOUT) for name, mishap in _FAULTS.items()},
        "planned-flooded": moves.planned(FLOODED, _WITHOUT),
        "drain-flooded": moves.drained(FLOODED, _WITHOUT),
        "external-flooded": faults.row(faults.EXTERNAL, (*FLOODED, *CHECKED), _WITHOUT),
    },
)
