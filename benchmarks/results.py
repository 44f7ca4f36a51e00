"""Where figures are kept: a file in build/bench, and a table in docs/benchmarks.md that is made from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal
from benchmarks.row import Row
from hawser.base.errors import BadInput

PROJECT = Path(__file__).parent.parent
DOCUMENT = PROJECT / "docs" / "benchmarks.md"

Kept = Mapping[str, Mapping[str, Any]]
"""What a file holds, by `what`."""


@dataclass(frozen=True, slots=True)
class Book:
    """The rows of one table. ``name`` is its file's and its marks' in the document, ``module`` what measures it."""

    name: str
    module: str
    rows: Mapping[str, Row]

    @property
    def file(self) -> Path:
        """Where the figures are kept."""
        return PROJECT / "build" / "bench" / f"{self.name}.json"

    @property
    def marks(self) -> tuple[str, str]:
        """What the table stands between."""
        return f"<!-- {self.name}: begin -->", f"<!-- {self.name}: end -->"

    def goals(self) -> tuple[Goal, ...]:
        """All goals in the table's order."""
        return tuple(goal for row in self.rows.values() for goal in row.goals)

    def load(self, file: Path | None = None) -> Kept:
        """The figures that were written last; none if there is no file."""
        file = file or self.file
        if not file.exists():
            return {}
        return {entry["what"]: entry for entry in json.loads(file.read_text())}

    def save(self, figures: Iterable[Figure], file: Path | None = None) -> None:
        """Write figures over those of the same goals; others stay, in the table's order, if their goals still are."""
        file = file or self.file
        kept = {**self.load(file), **{figure.goal.what: figure.as_json() for figure in figures}}
        entries = [kept[goal.what] for goal in self.goals() if goal.what in kept]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(entries, indent=2) + "\n")

    def write_document(self, kept: Kept, document: Path = DOCUMENT) -> None:
        """Put the table between its marks in the document; BadInput if it has not both."""
        text, (begin, end) = document.read_text(), self.marks
        before, found_begin, rest = text.partition(begin)
        _, found_end, after = rest.partition(end)
        if not found_begin or not found_end:
            remedy = f"Write {begin} and {end} into it."
            raise BadInput(str(document), "the marks of the table are missing", remedy)
        document.write_text(f"{before}{begin}\n{self.markdown(kept)}{end}{after}")

    def markdown(self, kept: Kept) -> str:
        """The table of every goal: what the peer needs, what to reach, what was measured, and how to repeat it."""
        head = "| what | the peer | to reach | measured | runs | | repeat |\n|---|---|---|---|---|---|---|\n"
        lines = [
            self._line(name, goal, kept.get(goal.what))
            for name, row in self.rows.items()
            for goal in row.goals
        ]
        return head + "\n".join(lines) + "\n"

    def _line(self, row: str, goal: Goal, entry: Mapping[str, Any] | None) -> str:
        measured = f"{entry['measured']:g} {goal.unit}" if entry else "not yet"
        runs = entry["runs"] if entry else "-"
        verdict = ("reached" if entry["ok"] else "missed") if entry else "-"
        repeat = f"`.venv/bin/python -m {self.module} --only {row}`"
        reach = f"{'over ' if goal.at_least else ''}{goal.to_reach:g} {goal.unit}"
        return f"| {goal.what} | {goal.peer} | {reach} | {measured} | {runs} | {verdict} | {repeat} |"
