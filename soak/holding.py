"""Who held a router, and for how long nobody or several did. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Change:
    """A node took a router's addresses, or let them go; ``at`` in seconds since the epoch."""

    at: float
    node: str
    router: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The longest time without a master and the longest with several, in seconds."""

    none: float
    several: float


@dataclass(frozen=True, slots=True)
class History:
    """Who held what (node, router) at the beginning, and what changed until the end."""

    begun: float
    held: frozenset[tuple[str, str]]
    changes: tuple[Change, ...]
    ended: float

    def span(self, router: str, nodes: Collection[str]) -> Span:
        """How long a router had no master, or several, among these nodes."""
        holders = {node for node, held in self.held if held == router and node in nodes}
        counts = [(self.begun, len(holders))]
        for change in self.changes:
            if change.router == router and change.node in nodes:
                (holders.add if change.holds else holders.discard)(change.node)
                counts.append((change.at, len(holders)))
        counts.append((self.ended, 1))
        return Span(_longest(counts, 0, 0), _longest(counts, 2, len(nodes)))


def _longest(counts: list[tuple[float, int]], least: int, most: int) -> float:
    """The longest time in a row that the count was within these bounds, both included."""
    longest = lasted = 0.0
    for (since, count), (until, _) in pairwise(counts):
        lasted = lasted + until - since if least <= count <= most else 0.0
        longest = max(longest, lasted)
    return longest
