"""Which agents host a thing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that could be chosen: it hosts ``load`` things already, ``masters`` of them as the first."""

    agent_id: str
    host: str
    load: int
    masters: int = 0


def choose(candidates: Iterable[Candidate], wanted: int) -> tuple[Candidate, ...]:
    """The ``wanted`` least loaded (0: all), ordered by rank: the one that is first least often comes first.

    So what is hosted and who is first are both spread evenly. Equals are ordered by the host's name.
    """
    by_load = sorted(candidates, key=lambda each: (each.load, each.masters, each.host))
    chosen = by_load[:wanted] if wanted else by_load
    return tuple(sorted(chosen, key=lambda each: (each.masters, each.load, each.host)))
