"""The table of high availability."""

from __future__ import annotations

from benchmarks.highavailability import faults, fleet, kills
from benchmarks.results import Book
from benchmarks.row import Row

BOOK = Book(
    "ha",
    "benchmarks.highavailability",
    {
        "power": faults.row("node power off", "6.0 s", faults.power),
        "tunnel": faults.row("tunnel link down", "5.9 s", faults.tunnel),
        "headless": faults.row("server dead, then node power off", "-", faults.headless),
        "kills": Row(kills.GOALS, kills.measure),
        "fleet": Row(fleet.GOALS, fleet.measure),
    },
)
