"""`python -m conformance`: run the public test suite on each database, print a table, write docs/conformance.md."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import TextIO

import click
from rich.console import Console

from conformance import report, stage, suite
from conformance.site import Site
from hawser.base.errors import HawserError
from hawser.cli.progress import Steps
from hawser.lab import environments, postgresql
from hawser.lab.progress import Progress, step

FOLDER = Path(__file__).parent.parent / "build" / "conformance"


@click.command()
@click.option(
    "--database",
    default="both",
    show_default=True,
    type=click.Choice([*stage.DATABASES, "both"]),
    help="What the networking server keeps its state in.",
)
@click.option("-k", "regex", default=suite.REGEX, show_default=True, help="Only the tests whose names match.")
def main(database: str, regex: str) -> None:
    """Test the API as others test it. Exit status 1 if a test failed.

    Logs, and all that failures said, are in build/conformance after a run.
    """
    console = Console(stderr=True, highlight=False)
    signal.signal(signal.SIGTERM, _interrupt)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    chosen = stage.DATABASES if database == "both" else (database,)
    with Steps(console) as progress, stage.identity(FOLDER / "keystone.log", progress) as site:
        results = {kind: _run(console, progress, site, kind, regex) for kind in chosen}
    report.show(Console(highlight=False), results)
    if database == "both" and regex == suite.REGEX:
        report.write(results, _versions())
    sys.exit(1 if any(outcome.failed for outcomes in results.values() for outcome in outcomes) else 0)


def _run(console: Console, progress: Progress, site: Site, database: str, regex: str) -> list[suite.Outcome]:
    """The outcomes on one database."""
    folder = FOLDER / database
    folder.mkdir()
    with (
        stage.server(site, database, folder / "neutron-server.log", progress, wired=True),
        stage.compute(site, folder / "cloud.log", progress),
    ):
        admin = stage.Admin(site)
        config = suite.configure(site, folder, admin.extensions(), stage.external_network(admin))
        with step(progress, f"{regex} on {database}"), (folder / "failures.txt").open("w") as failures:
            return suite.run(config, regex, lambda outcome: _tell(console, failures, outcome))


def _tell(console: Console, failures: TextIO, outcome: suite.Outcome) -> None:
    if outcome.failed:
        console.print(f"FAILED {outcome.test}", style="red", markup=False)
        failures.write(f"== {outcome.test}\n{outcome.why}\n\n")
        failures.flush()


def _versions() -> list[str]:
    """What ran with what."""
    found = [
        f"tempest {_installed('conformance', 'tempest')}",
        f"Keystone {_installed('keystone', 'keystone')}",
    ]
    said = subprocess.run(
        [postgresql.PROGRAMS / "postgres", "-V"], capture_output=True, text=True, check=True
    )
    return [*found, f"PostgreSQL {said.stdout.split()[2]}", f"SQLite {sqlite3.sqlite_version}"]


def _installed(environment: str, package: str) -> str:
    """The version of a package in one of the pinned environments."""
    ask = f"from importlib.metadata import version; print(version({package!r}))"
    argv = [str(environments.pinned(environment, "python")), "-c", ask]
    return str(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip())


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except HawserError as error:
        sys.exit(f"conformance: {error}")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
