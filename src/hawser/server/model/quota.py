"""How many things of each kind a project may have."""

from __future__ import annotations

from dataclasses import dataclass

NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one kind: the most that a project may have (`NO_LIMIT`: any number), and what it has."""

    limit: int
    used: int
