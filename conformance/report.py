"""What a run came to: a table on the screen, and docs/conformance.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from conformance.suite import Outcome

DOCUMENT = Path(__file__).parent.parent / "docs" / "conformance.md"

NOTES = {
    "tag extension not enabled.": "`tag` is an earlier extension, of networks alone. `standard-attr-tag`, which came in"
    " its place, is listed; `TagsExtTest` tests it.",
}
"""What there is to say about a reason that the suite gives."""

Results = Mapping[str, Sequence[Outcome]]
"""The outcomes of a run on each database."""


def show(console: Console, results: Results) -> None:
    """The counts, each failure's last line, and the skips with their reasons."""
    table = Table("database", "passed", "failed", "skipped", "all")
    for database, outcomes in results.items():
        table.add_row(database, *map(str, counts(outcomes)))
    console.print(table)
    for database, outcomes in results.items():
        for outcome in outcomes:
            if outcome.failed:
                last = outcome.why.splitlines()[-1] if outcome.why else ""
                console.print(f"{database}: FAILED {outcome.test}: {last}", style="red", markup=False)
    for reason, tests in skips(results).items():
        console.print(f"skipped {len(tests)}: {reason}", markup=False)


def counts(outcomes: Sequence[Outcome]) -> tuple[int, int, int, int]:
    """Passed, failed, skipped, all."""
    found = Counter(
        "passed" if outcome.passed else "skipped" if outcome.skipped else "failed" for outcome in outcomes
    )
    return found["passed"], found["failed"], found["skipped"], len(outcomes)


def skips(results: Results) -> dict[str, list[str]]:
    """The tests that were skipped on any database, by reason."""
    found: dict[str, set[str]] = {}
    for outcome in (outcome for outcomes in results.values() for outcome in outcomes):
        if outcome.skipped:
            found.setdefault(outcome.why, set()).add(outcome.test)
    return {reason: sorted(tests) for reason, tests in sorted(found.items())}


def write(results: Results, versions: Iterable[str], document: Path = DOCUMENT) -> None:
    """Write the document of a whole run."""
    document.write_text(markdown(results, versions))


def markdown(results: Results, versions: Iterable[str]) -> str:
    """The document's text."""
    lines = [
        "# Conformance",
        "",
        "What the public test suite of the Networking API, `tempest.api.network`, says of Hawser. `make conformance`",
        "starts the real Keystone and, on each database, a real `neutron-server`, the lab's compute service and the",
        "agents of its nodes; runs the whole suite with dynamic credentials and with exactly the extensions that",
        "`GET /extensions` lists; and writes this page. One test: `.venv/bin/python -m conformance -k NAME`.",
        "",
        "| database | passed | failed | skipped | all |",
        "|---|---|---|---|---|",
    ]
    for database, outcomes in results.items():
        lines.append(f"| {database} | " + " | ".join(map(str, counts(outcomes))) + " |")
    lines += ["", f"Versions: {', '.join(versions)}.", "", "## Skipped, and why", ""]
    for reason, tests in skips(results).items():
        lines += [
            f"**{reason}** {NOTES.get(reason, '')}".rstrip(),
            "",
            *(f"- `{test}`" for test in tests),
            "",
        ]
    if not skips(results):
        lines += ["Nothing.", ""]
    return "\n".join(lines)
