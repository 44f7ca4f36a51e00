"""The store: one database, reached by transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from hawser.base.config import ServerSettings


def utc_now() -> datetime:
    """The time now, in UTC."""
    raise NotImplementedError


class Transaction:
    """One transaction: reads see one state of the store; writes take effect together at its end."""


class Changes:
    """A hint that this process committed something. It may come too often, and is never the truth."""

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called after commits, by the committing thread; what it gives back stops that.

        It must be quick and not raise: `loop.call_soon_threadsafe(event.set)` is meant.
        """
        raise NotImplementedError


class Store:
    """One database. It may be used by any number of threads."""

    changed: Changes

    def __init__(self, settings: ServerSettings, clock: Callable[[], datetime] = utc_now) -> None:
        raise NotImplementedError

    def upgrade(self) -> None:
        """Bring the database's schema to the newest version, from nothing or from any older one."""

    def close(self) -> None:
        """Give back all connections."""

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that reads."""
        yield Transaction()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that writes; an exception inside leaves nothing of it behind."""
        yield Transaction()
