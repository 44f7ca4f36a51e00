"""The table of all rows, in the order in which they run: the lab's start first, while nothing else is up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import failover, gateway, lab, memory, port, restart
from benchmarks.figure import Figure, Goal
from benchmarks.stage import Stage


@dataclass(frozen=True, slots=True)
class Row:
    """``measure`` takes the stage and how many runs to make, and answers a figure for each goal."""

    goals: tuple[Goal, ...]
    measure: Callable[[Stage, int], list[Figure]]


ROWS: Mapping[str, Row] = {
    "lab": Row(lab.GOALS, lab.measure),
    "port": Row(port.GOALS, port.measure),
    "gateway": Row(gateway.GOALS, gateway.measure),
    "memory": Row(memory.GOALS, memory.measure),
    "restart": Row(restart.GOALS, restart.measure),
    "failover": Row(failover.GOALS, failover.measure),
}
"""By the name that `--only` takes."""


def goals() -> tuple[Goal, ...]:
    """All goals in the table's order."""
    return tuple(goal for row in ROWS.values() for goal in row.goals)


def row_of(goal: Goal) -> str:
    """The name of the row that measures a goal."""
    return next(name for name, row in ROWS.items() if goal in row.goals)
