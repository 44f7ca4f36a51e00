"""Bringing a database's schema to a newer version, by Alembic's migrations, and saying which one it has.

There is one line of migrations, from the first to the head; a database is at one of them, or has none. There
is no way back: before an upgrade, save the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, exc, text

from hawser.base.errors import BadInput, Conflict, Unavailable
from hawser.server.store import database

HEAD = "head"
"""Names the newest revision that this version of Hawser has."""
_LOCK_KEY = 0x6861777365
"""Names the lock that servers which start together take in turn ("hawse" in ASCII)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: its revision, the one that it starts from ("" for nothing), and what it brings."""

    revision: str
    before: str
    words: str


class Schema:
    """The schema of the database that ``connection`` (a URL) names, for those who manage it.

    `Unavailable` where the database does not answer.
    """

    def __init__(self, connection: str) -> None:
        self._engine = database.open_engine(connection)

    def current(self) -> str:
        """The revision that the database is at; "" where it has no schema yet."""
        file = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
        if file and not Path(file).exists():
            return ""
        with self._connected(database.for_reading(self._engine)) as connection:
            return _current(connection)

    def upgrade(self, target: str = HEAD) -> None:
        """Bring the database to ``target``. It may be there already, but not beyond."""
        with self._connected(database.for_writing(self._engine)) as connection:
            to(connection, target)

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except (exc.OperationalError, exc.InterfaceError) as error:
            raise Unavailable(f"The database does not answer: {error.orig or error}") from error


def to_head(connection: Connection) -> None:
    """Run the migrations that this database has not seen, in the connection's transaction."""
    to(connection, HEAD)


def to(connection: Connection, target: str) -> None:
    """Run the migrations up to ``target`` that this database has not seen, in the connection's transaction.

    `BadInput` for a revision that is not known, `Conflict` where the database is beyond it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    known = [step.revision for step in history()]
    wanted = known[-1] if target == HEAD else target
    if wanted not in known:
        remedy = f"Give head, or one from {known[0]} to {known[-1]}."
        raise BadInput("revision", f"there is no '{target}'", remedy)
    present = _current(connection)
    if present and known.index(present) > known.index(wanted):
        raise Conflict(f"The database is at {present}, beyond {wanted}. There is no way back but its backup.")
    command.upgrade(_configuration(connection), wanted)


def history() -> tuple[Step, ...]:
    """All migrations, the first one first."""
    steps = ScriptDirectory.from_config(_configuration()).walk_revisions()
    return tuple(reversed([Step(one.revision, str(one.down_revision or ""), one.doc) for one in steps]))


def _current(connection: Connection) -> str:
    present = MigrationContext.configure(connection).get_current_revision() or ""
    if present and present not in [step.revision for step in history()]:
        raise Conflict(
            f"The database is at revision {present}, which this version of Hawser does not know. "
            "Start the version that made it, or a newer one."
        )
    return present


def _configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration: the migrations beside this file, run on ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
