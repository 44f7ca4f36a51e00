"""Which agents host a thing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that could be chosen: it hosts ``load`` things already, ``masters`` of them as the first.

    One that is ``drained`` is chosen after all others, and comes after them.
    """

    agent_id: str
    host: str
    load: int
    masters: int = 0
    zone: str = ""
    drained: bool = False


def choose(
    candidates: Iterable[Candidate], wanted: int, zones: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """The ``wanted`` least loaded (0: all), ordered by rank: the one that is first least often comes first.

    So what is hosted and who is first are both spread evenly; and over the availability zones, for of each
    zone a second one is chosen only when all have one. Where ``zones`` are said, only those of them are
    chosen. Equals are ordered by the host's name.
    """
    allowed = [each for each in candidates if not zones or each.zone in zones]
    by_load = sorted(allowed, key=lambda each: (each.load, each.masters, each.host))
    turns: Counter[str] = Counter()
    in_turn: list[tuple[int, Candidate]] = []
    for each in by_load:
        in_turn.append((turns[each.zone], each))
        turns[each.zone] += 1
    spread = [each for _, each in sorted(in_turn, key=lambda pair: (pair[1].drained, pair[0]))]
    chosen = spread[:wanted] if wanted else spread
    return tuple(sorted(chosen, key=lambda each: (each.drained, each.masters, each.load, each.host)))
