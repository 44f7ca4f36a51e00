"""The store: one database, reached by transactions.

Laws. Writers are one after another: each locks the counter row (on SQLite: the database) before it reads, so
what it checked is still true when it commits, and revisions are committed in their order. What a transaction
touches is in the change log under its revision, committed together. Unique constraints hold the same rules
once more below.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    bindparam,
    delete,
    exc,
    insert,
    select,
    update,
)

from hawser.base.config import ServerSettings
from hawser.base.errors import BadInput, Conflict, Stale, Unavailable
from hawser.server.store import database, hearing, upgrade
from hawser.server.store.memory import Memory
from hawser.server.store.tables import log
from hawser.server.store.tables.columns import METADATA

LOG_KEPT = 10_000
"""Revisions that the change log reaches back at least."""
_TRIM_EVERY = 100
_LOCK = select(log.counter.c.revision).with_for_update()
_REVISION = select(log.counter.c.revision)
_LOG = insert(log.changes)
_COMMITTED = update(log.counter).values(revision=bindparam("made"))
_TOLD = hearing.telling(_COMMITTED)
"""The same, which also notifies other servers (PostgreSQL)."""
_UNDONE = ("40001", "40P01")
"""PostgreSQL's codes of a serialization failure and of a deadlock."""
_PAUSES = (0.01, 0.05, 0.2)
"""Seconds, roughly, before a transaction that was undone is tried again."""
_T = TypeVar("_T")
_LOGGER = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Transaction:
    """One transaction: reads see one state of the store; writes take effect together at its end.

    ``now`` is the time that all its writes bear.
    """

    def __init__(
        self, connection: Connection, settings: ServerSettings, now: datetime, memory: Memory | None = None
    ) -> None:
        """``memory`` is for transactions that write: they are one after another."""
        self.settings = settings
        self.now = now
        self._memory = memory
        self._connection = connection
        self._touched: dict[tuple[str, str], None] = {}
        self._revision: int | None = None

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement of SQLAlchemy's, once for each of several ``values``."""
        if isinstance(values, list) and len(values) == 1:
            values = values[0]  # one is sent in a single exchange, a list of one is not
        return self._connection.execute(statement, values)

    @property
    def base_revision(self) -> int:
        """The revision that the store has without this transaction."""
        return int(self._connection.execute(_REVISION).scalar_one())

    @property
    def revision(self) -> int:
        """The revision that this transaction's changes make."""
        if self._revision is None:
            self._revision = self.base_revision + 1
        return self._revision

    @property
    def touched(self) -> bool:
        """Whether anything was changed so far."""
        return bool(self._touched)

    def touch(self, noun: str, key: str) -> None:
        """Note for the change log that the thing was made, changed or removed."""
        self._touched[noun, key] = None
        self.forget(noun, key)

    def remember(self, noun: str, key: str, value: object) -> None:
        """``value`` is what reading the thing would give from now on."""
        if self._memory is not None:
            self._memory.put(noun, key, value)

    def known(self, noun: str, key: str) -> Any:
        """What is remembered of the thing, or None."""
        return None if self._memory is None else self._memory.get(noun, key)

    def forget(self, noun: str, key: str) -> None:
        """What is remembered of the thing is not so any more, though the change log does not name it."""
        if self._memory is not None:
            self._memory.drop(noun, key)

    def grow(self, noun: str, key: str, more: int) -> None:
        """A number is greater now, where one is remembered."""
        number = self.known(noun, key)
        if number is not None:
            self.remember(noun, key, number + more)

    def recall(self, noun: str, key: str, read: Callable[[], _T]) -> _T:
        """What ``read`` gives of the thing (None: it is not there), or gave before if nobody touched it since."""
        if self._memory is None:
            return read()
        known: _T | None = self.known(noun, key)
        if known is None:
            known = read()
            self._memory.put(noun, key, known)
        return known

    def expect(self, table: str, id: str, revision: int) -> None:
        """`Stale` where the thing is there and of another revision; of what has none, none can be meant."""
        columns = METADATA.tables[table].c
        if "revision" not in columns:
            raise Stale(f"{table} have no revisions. Leave If-Match out.", "RevisionNumberConstraintFailed")
        found = self.execute(select(columns.revision).where(columns.id == id)).scalar()
        if found is not None and found != revision:
            raise Stale(
                f"Constrained to revision {revision}, but the present revision is {found}. Read it again.",
                "RevisionNumberConstraintFailed",
            )

    def lock(self) -> None:
        """Wait until no other writer is under way; first thing in a transaction that writes."""
        found = int(self._connection.execute(_LOCK).scalar_one())
        self._revision = found + 1
        if self._memory is not None:
            self._memory.begin(found)

    def record(self) -> None:
        """Write the revision and its part of the log; last thing in a transaction that changed something."""
        revision = self.revision
        rows = [{"revision": revision, "noun": noun, "key": key} for noun, key in self._touched]
        self.execute(_LOG, rows)
        postgresql = self._connection.dialect.name == "postgresql"
        self.execute(_TOLD if postgresql else _COMMITTED, {"made": revision})
        if revision % _TRIM_EVERY == 0:
            self.execute(delete(log.changes).where(log.changes.c.revision <= revision - LOG_KEPT))


class Changes:
    """A hint that something was committed: by this process, or by another of which it hears (`Store.hearing`).

    It may come too often, and is never the truth.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[object, Callable[[], None]] = {}

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called after commits, by the committing thread; what it gives back stops that.

        It must be quick and not raise: `loop.call_soon_threadsafe(event.set)` is meant.
        """
        token = object()
        with self._lock:
            self._callbacks[token] = callback

        def stop() -> None:
            with self._lock:
                self._callbacks.pop(token, None)

        return stop

    def tell(self) -> None:
        """Call all who listen. One whose event loop has gone is no reason to fail a commit."""
        with self._lock:
            callbacks = list(self._callbacks.values())
        for callback in callbacks:
            try:
                callback()
            except RuntimeError as error:
                _LOGGER.warning("a listener to changes failed: %s", error)


class Undone(Unavailable):
    """The database undid a transaction for another's sake; the same once more is likely to work."""


class Store:
    """One database. It may be used by any number of threads, and of processes.

    ``clock`` tells the time; what is alive is judged by it.
    """

    def __init__(self, settings: ServerSettings, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.changed = Changes()
        self._clock = clock
        self._engine = database.open_engine(settings.connection)
        self._looking = database.for_looking(self._engine)
        self._reading = database.for_reading(self._engine)
        self._writing = database.for_writing(self._engine)
        self._writer = threading.Lock()
        self._memory = Memory()
        self._expected: tuple[str, str, int] | None = None

    def upgrade(self) -> None:
        """Bring the database's schema to the newest version, from nothing or from any older one."""
        with self._connected(self._writing) as connection:
            upgrade.to_head(connection)

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """While this lasts, `changed` tells of other processes' commits, too, where the database can (PostgreSQL)."""
        with hearing.hearing(self._engine, self.changed.tell):
            yield

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that reads. `Unavailable` where the database does not answer."""
        with self._connected(self._reading) as connection:
            yield Transaction(connection, self.settings, self._clock())

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """Reads one thing: no transaction is begun and ended, so that each statement sees the state of its time.

        `Unavailable` where the database does not answer.
        """
        with self._connected(self._looking) as connection:
            yield Transaction(connection, self.settings, self._clock())

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that writes; an exception inside leaves nothing of it behind.

        `Unavailable` where the database does not answer. It must not be entered again inside itself.
        """
        with self._writer, self._remembering(), self._connected(self._writing) as connection:
            tx = Transaction(connection, self.settings, self._clock(), self._memory)
            tx.lock()
            if self._expected:
                tx.expect(*self._expected)
            yield tx
            if tx.touched:
                tx.record()
                self._memory.committed(tx.revision)
        if tx.touched:
            self.changed.tell()

    def again(self, work: Callable[[], _T]) -> _T:
        """What ``work`` gives, tried anew where the database undid it: a deadlock, or a failed serialization.

        Ours take their locks in one order; those of who else works in the database may cross them.
        """
        for pause in _PAUSES:
            try:
                return work()
            except Undone as error:
                _LOGGER.warning("a transaction is tried again: %s", error)
                time.sleep(pause * random.uniform(0.5, 1.5))
        return work()

    def expecting(self, table: str, id: str, revision: int) -> Store:
        """This store for one write about a thing of ``table``, which is `Stale` unless it has that revision."""
        guarded = copy(self)
        guarded._expected = (table, id, revision)
        return guarded

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._memory.clear()
            raise

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
            cause = getattr(error, "orig", None) or error
            kind = Undone if getattr(cause, "sqlstate", None) in _UNDONE else Unavailable
            raise kind(f"The database does not answer: {cause}") from error
        except exc.DataError as error:
            _LOGGER.warning("the database refuses a value, which the API should have done: %s", error.orig)
            raise BadInput("request", f"a value cannot be kept ({error.orig})") from error
        except exc.IntegrityError as error:
            _LOGGER.exception("a rule of the database was broken; the transaction is undone")
            raise Conflict("It collides with something that exists. Nothing was changed.") from error
