"""The command of a book of figures: measure, print a table, keep the figures."""

from __future__ import annotations

import compileall
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType

import click
import httpx
from rich.console import Console
from rich.table import Table

import hawser
from benchmarks.figure import Figure
from benchmarks.results import Book
from benchmarks.stages import Stages
from hawser.base.errors import HawserError
from hawser.cli.progress import Steps


def run(book: Book) -> None:
    """What `python -m` of the book's module does; it ends the process."""
    try:
        _command(book).main(standalone_mode=False)
    except HawserError as error:
        sys.exit(f"{book.module}: {error}")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def _command(book: Book) -> click.Command:
    @click.command()
    @click.option(
        "--only",
        multiple=True,
        type=click.Choice(list(book.rows)),
        help="A row to measure; may be repeated.",
    )
    @click.option(
        "--runs", default=3, show_default=True, type=click.IntRange(1), help="Runs of each row that has some."
    )
    @click.option("--name", default="bench", show_default=True, help="The lab's name.")
    @click.option(
        "--write-docs", is_flag=True, help="Measure nothing; put the last figures into docs/benchmarks.md."
    )
    def main(only: tuple[str, ...], runs: int, name: str, write_docs: bool) -> None:
        """Measure Hawser on labs of this machine (root). Exit status 1 if a row could not be measured."""
        if write_docs:
            book.write_document(book.load())
            return
        sys.exit(1 if _measure_all(book, only or tuple(book.rows), runs, name) else 0)

    return main


def _measure_all(book: Book, rows: Iterable[str], runs: int, name: str) -> list[str]:
    """The rows that could not be measured."""
    console = Console(stderr=True, highlight=False)
    signal.signal(signal.SIGTERM, _interrupt)
    # Services start from bytecode, as those of an installed package do: a working tree has none, or that of before.
    compileall.compile_dir(Path(hawser.__file__).parent, quiet=1)
    failed = []
    with Steps(console) as progress, Stages(name, progress) as stages:
        for row in rows:
            try:
                _measure(console, book, stages, row, runs)
            except (HawserError, httpx.HTTPError, OSError, subprocess.SubprocessError) as error:
                console.print(f"{row} could not be measured: {error}", style="red", markup=False)
                failed.append(row)
                stages.close()  # who knows what it left broken
    return failed


def _measure(console: Console, book: Book, stages: Stages, name: str, runs: int) -> None:
    """Measure one row, and keep each figure as soon as it is there."""
    console.print(f"\n[bold cyan]== {name}[/]")
    row, figures = book.rows[name], []
    try:
        for figure in row.measure(stages.of(row), runs):
            book.save([figure])
            figures.append(figure)
    finally:
        _show(figures)


def _show(figures: Sequence[Figure]) -> None:
    if not figures:
        return
    table = Table("what", "measured", "unit", "to reach", "runs", "ok")
    for figure in figures:
        goal, ok = figure.goal, "yes" if figure.ok else "NO"
        measured = f"{figure.as_json()['measured']:g}"
        table.add_row(goal.what, measured, goal.unit, f"{goal.to_reach:g}", str(figure.runs), ok)
    Console(highlight=False).print(table)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
