"""The soak itself: step after step until the time is over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from benchmarks.stage import Stage
from hawser.base.errors import HawserError, LabError
from soak.checks import check
from soak.site import Site
from soak.steps import STEPS, mend

LONGEST_PAUSE = 2.0
"""Seconds between two steps at most."""


def soak(stage: Stage, seed: int, seconds: float, say: Callable[[str], None]) -> Counter[str]:
    """How often each step was taken. LabError says after which step what was not as it must be, and the seed."""
    random, taken = Random(seed), Counter[str]()
    site = Site.on(stage)
    site.agree()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _one(site, random, taken, seed, say)
    mend(site)
    check(site)
    return taken


def _one(site: Site, random: Random, taken: Counter[str], seed: int, say: Callable[[str], None]) -> None:
    step = random.choice([step for step in STEPS if step.may(site)])
    number, begun = taken.total() + 1, time.monotonic()
    taken[step.name] += 1
    try:
        what = step.do(site, random)
        check(site)
        took = time.monotonic() - begun
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        check(site)  # it is so still
    except HawserError as error:
        raise LabError(f"Seed {seed}, step {number} ({step.name}): {error}") from error
    say(f"{number:4} {step.name}: {what}; all as it must be after {took:.1f} s")
