"""`python -m benchmarks.networking`: measure the API on both databases, print the table, write it down."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.figure import Figure
from benchmarks.networking import goals, results
from benchmarks.networking.run import measure
from benchmarks.networking.watchers import watching
from conformance import stage
from hawser.cli.progress import Steps

LOGS = Path("build/bench")


@click.command()
@click.option(
    "--database",
    "databases",
    multiple=True,
    type=click.Choice(stage.DATABASES),
    help="Only this one; may be repeated.",
)
@click.option("--ports", default=goals.FULL, show_default=True, help="How many ports fill the database.")
@click.option("--write-docs", is_flag=True, help="Put the figures into docs/benchmarks.md as well.")
def main(databases: tuple[str, ...], ports: int, write_docs: bool) -> None:
    """Measure the API of a server on this machine. Exit status 1 if a goal is missed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    figures: dict[str, list[Figure]] = {}
    with (
        Steps(Console(stderr=True, highlight=False)) as progress,
        stage.identity(LOGS / "keystone.log", progress) as site,
    ):
        for database in databases or stage.DATABASES:
            with (
                stage.server(
                    site, database, LOGS / f"server-{database}.log", progress, durable=True
                ) as server,
                watching(site),
            ):
                figures[database] = measure(site, server, ports, progress)
    Console(highlight=False).print(_table(figures))
    results.save(figures)
    if write_docs:
        results.write_document()
    sys.exit(0 if all(each.ok for one in figures.values() for each in one) else 1)


def _table(figures: dict[str, list[Figure]]) -> Table:
    table = Table("what", "peer", "to reach", *figures)
    for row in zip(*figures.values(), strict=True):
        goal = row[0].goal
        reach = f"{'over ' if goal.at_least else ''}{goal.to_reach:g} {goal.unit}"
        shown = [f"{each.measured:.3g}{'' if each.ok else ' MISSED'}" for each in row]
        table.add_row(goal.what, goal.peer, reach, *shown)
    return table


if __name__ == "__main__":
    main()
