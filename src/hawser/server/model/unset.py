"""UNSET: what a caller did not say, as opposed to None, which is a value that can be said."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeVar

Value = TypeVar("Value")


class Unset(Enum):
    """The type of `UNSET`; an enumeration of one, so that type checkers can narrow by ``is``."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


def given(value: Value | Unset, otherwise: Value) -> Value:
    """``value`` where the caller said it, else ``otherwise``."""
    return otherwise if isinstance(value, Unset) else value
