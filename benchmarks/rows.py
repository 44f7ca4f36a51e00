"""The table of all rows, in the order in which they run: the lab's start first, while nothing else is up."""

from __future__ import annotations

from benchmarks import failover, gateway, lab, memory, port, restart
from benchmarks.results import Book
from benchmarks.row import Row

BOOK = Book(
    "figures",
    "benchmarks",
    {
        "lab": Row(lab.GOALS, lab.measure),
        "port": Row(port.GOALS, port.measure),
        "gateway": Row(gateway.GOALS, gateway.measure),
        "memory": Row(memory.GOALS, memory.measure),
        "restart": Row(restart.GOALS, restart.measure),
        "failover": Row(failover.GOALS, failover.measure),
    },
)
"""By the name that `--only` takes."""
