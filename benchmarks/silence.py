"""How long an address was silent while a ping ran. Pure."""

from __future__ import annotations

from itertools import pairwise

from hawser.lab.ping import Record


def longest(record: Record, since: float, until: float) -> float:
    """The longest time without an answer between two moments (seconds since the epoch), in milliseconds. The moments
    themselves count as ends: an address that never answers again was silent until the last of them."""
    times = [since, *(reply.at for reply in record.between(since, until).replies), until]
    return max(after - before for before, after in pairwise(times)) * 1000


def lost(record: Record, since: float, until: float) -> int:
    """Requests between the first and the last answer of that time that were not answered."""
    return record.between(since, until).lost
