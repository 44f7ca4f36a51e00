"""What came out of a soak, as values, as a table and for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One step. Times are in seconds: until all was as it must be, the longest silence of an address, the longest time
    without a master and the longest with several. ``waited`` is what was waited for longest, "" where nothing was, and
    ``wrong`` what took longer than it may."""

    number: int
    step: str
    what: str
    took: float
    waited: str
    outage: float
    none: float
    several: float
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Soak:
    """All steps of one run; ``end`` is what ended it before its time, "" where nothing did."""

    seed: int
    settings: str
    minutes: float
    results: tuple[Result, ...]
    end: str = ""

    @property
    def well(self) -> bool:
        """Whether all was as it must be."""
        return not self.end and not any(result.wrong for result in self.results)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        worst = {column: max((getattr(r, column) for r in self.results), default=0.0) for column in _COLUMNS}
        return {**asdict(self), "well": self.well, "worst": worst}

    def table(self) -> str:
        """A line for each kind of step, with the worst of each column."""
        kinds = sorted({result.step for result in self.results})
        head = f"{'step':28}{'times':>6}{'outage':>9}{'none':>8}{'several':>9}{'took':>8}   (worst, seconds)"
        lines = [_line(kind, [each for each in self.results if each.step == kind]) for kind in kinds]
        return "\n".join([head, *lines, _line("all", self.results), *self._last_words()])

    def _last_words(self) -> list[str]:
        wrong = [f"  {r.number} {r.step} ({r.what}): {'; '.join(r.wrong)}" for r in self.results if r.wrong]
        verdict = "all as it must be" if self.well else "not all is as it must be"
        words = f"seed {self.seed}, {self.settings}, {self.minutes:.1f} minutes, {len(self.results)} steps: {verdict}"
        return [*wrong, *([f"  {self.end}"] if self.end else []), words]


_COLUMNS = ("outage", "none", "several", "took")


def _line(name: str, results: Sequence[Result]) -> str:
    outage, none, several, took = (max((getattr(r, c) for r in results), default=0.0) for c in _COLUMNS)
    return f"{name:28}{len(results):6}{outage:9.3f}{none:8.3f}{several:9.3f}{took:8.1f}"
