"""Several at once: an error says which one it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hawser.base.errors import HawserError

Draft = TypeVar("Draft")
Made = TypeVar("Made")


def each(drafts: Sequence[Draft], make: Callable[[Draft], Made]) -> list[Made]:
    """What ``make`` makes of each; of several, an error tells the place (from 1) of the one that failed."""
    made: list[Made] = []
    for draft in drafts:
        try:
            made.append(make(draft))
        except HawserError as error:
            if len(drafts) > 1:
                error.message = f"Of {len(drafts)}, number {len(made) + 1}: {error.message}"
            raise
    return made
