"""The soak itself: step after step until the time is over."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import Random

import httpx

from benchmarks.crowd import Crowd
from benchmarks.stage import until
from hawser.base.errors import HawserError, LabError
from soak.checks import check, check_traffic
from soak.faults import mend
from soak.holding import History, Span
from soak.site import Site
from soak.steps import STEPS, Step
from soak.tally import Result

INTERVAL = 0.05
"""Seconds between two pings of an address."""
LONGEST_PAUSE = 2.0
"""Seconds between two steps at most."""
MASTERS = 1.0
"""Seconds that a router may have no master, or several."""


def soak(
    site: Site, random: Random, seconds: float, patience: float, steps: Sequence[Step] = STEPS
) -> Iterator[Result]:
    """Each step as it is done; in the end all is mended. LabError with what does not become as it must be."""
    check(site, patience)
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        number += 1
        step = random.choice([step for step in steps if step.may(site)])
        try:
            yield _one(site, step, number, random, patience)
        except (HawserError, httpx.HTTPError, OSError) as error:
            raise LabError(f"Step {number} ({step.name}): {error}") from error
    mend(site)
    check(site, patience)


def _one(site: Site, step: Step, number: int, random: Random, patience: float) -> Result:
    addresses, routers = site.addresses(), {router.id for router in site.routers}
    site.state.disturbed.clear()
    crowd = Crowd(site.outside, list(addresses), INTERVAL)
    try:
        until(lambda: crowd.heard() >= _reachable(site, addresses), "all addresses answer from outside")
        site.sentry.mark()
        begun = time.time()
        what = step.do(site, random)
        wait = check(site, patience)
        took = time.time() - begun
        site.state.behind = bool(site.state.broken) and (site.state.behind or step.changes)
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        check_traffic(site, patience)  # it is so still
    finally:
        ended, history = time.time(), site.sentry.history()
        answers = crowd.stop()
    watched = routers & {router.id for router in site.routers} - site.state.disturbed
    if site.state.broken:
        watched -= {site.state.lone}
    silences = answers.silences(begun, ended)
    outage, address = max((silences[each] / 1000, each) for each in addresses if addresses[each] in watched)
    span = _span(history, watched, site.seen)
    lost = (
        answers.of(address).between(begun, ended).gap.lost
    )  # none where answers came late, of a busy machine
    wrong = (*_silent(step, outage, f"{address}, {lost} lost,", patience), *_unled(span, patience))
    return Result(number, step.name, what, took, str(wait), outage, span.none, span.several, wrong)


def _reachable(site: Site, addresses: dict[str, str]) -> set[str]:
    """A router on a single node falls with it."""
    fallen = {site.state.lone} if site.state.broken else set()
    return {address for address, router in addresses.items() if router not in fallen}


def _span(history: History, routers: set[str], nodes: list[str]) -> Span:
    spans = [history.span(router, nodes) for router in routers]
    return Span(max(span.none for span in spans), max(span.several for span in spans))


def _silent(step: Step, outage: float, address: str, patience: float) -> Iterator[str]:
    if outage > step.outage * patience:
        yield f"{address} was silent for {outage:.2f} s, and {step.outage:.2f} s are bearable"


def _unled(span: Span, patience: float) -> Iterator[str]:
    if span.none > MASTERS * patience:
        yield f"a router had no master for {span.none:.2f} s"
    if span.several > MASTERS * patience:
        yield f"a router had several masters for {span.several:.2f} s"
