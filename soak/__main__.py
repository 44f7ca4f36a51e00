"""`python -m soak --minutes 30 --seed 7`: until the time is over, or something is not as it must be."""

from __future__ import annotations

import secrets
import sys

import click

from benchmarks.stage import Stage
from hawser.base.errors import HawserError
from hawser.lab.progress import Silent
from soak.run import soak


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="How long.")
@click.option("--seed", type=int, help="Which order of steps; chosen and told without it.")
@click.option("--name", default="soak", show_default=True, help="The lab's name.")
def main(minutes: float, seed: int | None, name: str) -> None:
    """Break and mend a lab in random order (root). Exit status 1 if something is not as it must be."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    print(f"seed {seed}, {minutes:g} minutes", flush=True)
    stage = Stage(name, Silent())
    try:
        taken = soak(stage, seed, minutes * 60, lambda line: print(line, flush=True))
    except HawserError as error:
        sys.exit(f"soak: {error}")
    finally:
        stage.close()
    print(f"seed {seed}: {taken.total()} steps, all as it must be")
    for step, times in taken.most_common():
        print(f"{times:6} {step}")


if __name__ == "__main__":
    main()
