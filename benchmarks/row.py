"""What a row of a table is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.figure import Figure, Goal
from benchmarks.stage import Stage


@dataclass(frozen=True, slots=True)
class Row:
    """``measure`` takes the stage and how many runs to make, and answers a figure for each goal, best as soon as it
    has it: what comes before a mishap is kept. ``settings`` are options of the lab that it is measured on."""

    goals: tuple[Goal, ...]
    measure: Callable[[Stage, int], Iterable[Figure]]
    settings: tuple[str, ...] = ()
