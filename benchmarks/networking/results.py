"""Where the API's figures are kept: build/bench/api.json, and the table in docs/benchmarks.md made from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.networking import goals
from hawser.base.errors import BadInput

PROJECT = Path(__file__).parent.parent.parent
FILE = PROJECT / "build" / "bench" / "api.json"
DOCUMENT = PROJECT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- api: begin -->", "<!-- api: end -->"


def save(figures: Mapping[str, Sequence[Figure]], file: Path = FILE) -> None:
    """Write the figures of some databases over those that were there."""
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept |= {database: [each.as_json() for each in found] for database, found in figures.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=2) + "\n")


def write_document(file: Path = FILE, document: Path = DOCUMENT) -> None:
    """Put the table between the two marks of the document; BadInput if it has not both."""
    before, begin, rest = document.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BadInput(str(document), "the marks of the API's table are missing", f"Write {BEGIN} and {END}.")
    kept = json.loads(file.read_text())
    document.write_text(f"{before}{BEGIN}\n{_markdown(kept)}{END}{after}")


def _markdown(kept: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    by_goal = {name: {entry["what"]: entry for entry in entries} for name, entries in kept.items()}
    head = ["what", "the peer", "to reach", *by_goal]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for goal in goals.ALL:
        reach = f"{'over ' if goal.at_least else ''}{goal.to_reach:g} {goal.unit}"
        cells = [_cell(entries.get(goal.what)) for entries in by_goal.values()]
        lines.append(f"| {' | '.join([goal.what, goal.peer, reach, *cells])} |")
    return "\n".join(lines) + "\n"


def _cell(entry: Mapping[str, object] | None) -> str:
    if entry is None:
        return "not yet"
    return f"{entry['measured']} {entry['unit']}{'' if entry['ok'] else ' (missed)'}"
