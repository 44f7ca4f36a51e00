"""`python -m soak --minutes 30 --seed 7`: until the time is over, or something does not become as it must be."""

from __future__ import annotations

import json
import secrets
import signal
import sys
import time
from random import Random

import click

from hawser.base.errors import HawserError
from soak.run import soak
from soak.site import site
from soak.steps import STEPS
from soak.tally import Result, Soak

LONG = 3.0
"""Seconds after which it is told what was waited for."""


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="How long.")
@click.option("--seed", type=int, help="Which order of steps; chosen and told without it.")
@click.option("--name", default="soak", show_default=True, help="The lab's name.")
@click.option("--network-nodes", default=2, show_default=True, type=click.IntRange(2, 9), help="How many.")
@click.option("--l2population/--no-l2population", default=True, show_default=True)
@click.option("--patience", default=1.0, show_default=True, help="Factor of all bounds, for a busy machine.")
@click.option(
    "--only", multiple=True, type=click.Choice([s.name for s in STEPS]), help="These kinds of steps."
)
@click.option("--keep", is_flag=True, help="Leave the lab as it is when something is wrong.")
@click.option("--json", "as_json", is_flag=True, help="For programs; what happens is told on standard error.")
def main(
    *,
    minutes: float,
    seed: int | None,
    name: str,
    network_nodes: int,
    l2population: bool,
    patience: float,
    only: tuple[str, ...],
    keep: bool,
    as_json: bool,
) -> None:
    """Break and mend a lab in random order (root). Exit status 1 if something is not as it must be."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    settings = f"{network_nodes} network nodes, {'with' if l2population else 'without'} l2population"
    _say(f"seed {seed}, {settings}, {minutes:g} minutes")
    steps = [step for step in STEPS if step.name in only or not only]
    results: list[Result] = []
    begun, end = time.monotonic(), ""
    try:
        with site(name, network_nodes=network_nodes, l2population=l2population, keep=keep) as made:
            begun = time.monotonic()
            for result in soak(made, Random(seed), minutes * 60, patience, steps):
                results.append(result)
                _say(_told(result))
    except HawserError as error:
        end = str(error)
    outcome = Soak(seed, settings, (time.monotonic() - begun) / 60, tuple(results), end)
    click.echo(json.dumps(outcome.as_json(), indent=2) if as_json else outcome.table())
    sys.exit(0 if outcome.well else 1)


def _told(result: Result) -> str:
    times = f"outage {result.outage:.2f}, none {result.none:.2f}, several {result.several:.2f}"
    wrong = "".join(f"\n     WRONG: {each}" for each in result.wrong)
    waited = f" ({result.waited})" if result.took > LONG and result.waited else ""
    took = f"as it must be after {result.took:.1f} s{waited}"
    return f"{result.number:4} {result.step}: {result.what}; {times}; {took}{wrong}"


def _say(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)


if __name__ == "__main__":
    main()
