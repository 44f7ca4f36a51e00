"""Where figures are kept: build/bench/bench.json, and the table in docs/benchmarks.md that is made from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import rows
from benchmarks.figure import Figure, Goal
from hawser.base.errors import BadInput

PROJECT = Path(__file__).parent.parent
FILE = PROJECT / "build" / "bench" / "bench.json"
DOCUMENT = PROJECT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

Kept = Mapping[str, Mapping[str, Any]]
"""What the file holds, by `what`."""


def load(file: Path = FILE) -> Kept:
    """The figures that were written last; none if there is no file."""
    if not file.exists():
        return {}
    return {entry["what"]: entry for entry in json.loads(file.read_text())}


def save(figures: Iterable[Figure], file: Path = FILE) -> None:
    """Write figures over those of the same goals; others stay, in the table's order, if their goals still are."""
    kept = {**load(file), **{figure.goal.what: figure.as_json() for figure in figures}}
    entries = [kept[goal.what] for goal in rows.goals() if goal.what in kept]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(entries, indent=2) + "\n")


def write_document(kept: Kept, document: Path = DOCUMENT) -> None:
    """Put the table between the two marks of the document; BadInput if it has not both."""
    text = document.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BadInput(
            str(document), "the marks of the table are missing", f"Write {BEGIN} and {END} into it."
        )
    document.write_text(f"{before}{BEGIN}\n{markdown(kept)}{END}{after}")


def markdown(kept: Kept) -> str:
    """The table of every goal: what the peer needs, what to reach, what was measured, and how to repeat it."""
    lines = ["| what | the peer | to reach | measured | runs | | repeat |", "|---|---|---|---|---|---|---|"]
    lines += [_line(goal, kept.get(goal.what)) for goal in rows.goals()]
    return "\n".join(lines) + "\n"


def _line(goal: Goal, entry: Mapping[str, Any] | None) -> str:
    measured = f"{entry['measured']:g} {goal.unit}" if entry else "not yet"
    runs = entry["runs"] if entry else "-"
    verdict = ("reached" if entry["ok"] else "missed") if entry else "-"
    repeat = f"`.venv/bin/python -m benchmarks --only {rows.row_of(goal)}`"
    reach = f"{goal.to_reach:g} {goal.unit}"
    return f"| {goal.what} | {goal.peer} | {reach} | {measured} | {runs} | {verdict} | {repeat} |"
