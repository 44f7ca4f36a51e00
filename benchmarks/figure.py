"""What a benchmark says: a goal, and the figure that was measured for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """What to measure: ``to_reach`` is the largest good value in ``unit``, or ``at_least`` the smallest.

    ``peer`` is what another implementation was measured at on such a machine, in words."""

    what: str
    unit: str
    to_reach: float
    peer: str = "-"
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value in the goal's unit, and from how many runs it comes."""

    goal: Goal
    measured: float
    runs: int

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        if self.goal.at_least:
            return self.measured >= self.goal.to_reach
        return self.measured <= self.goal.to_reach

    def as_json(self) -> dict[str, Any]:
        """As a book's file in build/bench holds it."""
        return {
            "what": self.goal.what,
            "measured": round(self.measured, 2),
            "unit": self.goal.unit,
            "to_reach": self.goal.to_reach,
            "runs": self.runs,
            "ok": self.ok,
        }


def middle_and_worst(middle: Goal, worst: Goal, values: Sequence[float]) -> list[Figure]:
    """The median and the largest of the runs' values, each against its own goal."""
    return [Figure(middle, median(values), len(values)), Figure(worst, max(values), len(values))]
