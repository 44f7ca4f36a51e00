"""The two databases that can hold the store, made ready for it: SQLite and PostgreSQL.

SQLite runs in WAL mode, so that readers never wait, with a write lock taken when a writer begins
(BEGIN IMMEDIATE), so that no transaction fails half way for want of it. ``synchronous`` is FULL: what was
answered survives a power loss. On PostgreSQL readers see one state of the store for as long as they read
(REPEATABLE READ), and writers wait for each other at the counter row.
"""

from __future__ import annotations

import select
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from hawser.base.errors import BadInput

CONNECTIONS = 20
"""Connections kept at most: more than the API has threads, plus the feed's."""
_WAIT_MS = 30_000
_PAUSE = 0.01
_CONNECTING = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""What libpq is asked for, unless the operator's URL says otherwise: a database host that vanished is noticed."""
LIMITS = {
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
}
"""What PostgreSQL is asked for: a server that froze, or whose machine lost its power, holds writers up no longer."""
_SCHEMES = ("sqlite", "postgresql")


def open_engine(connection: str) -> Engine:
    """An engine for the database that ``[database] connection`` names."""
    url = _parsed(connection)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    url = url.set(drivername="postgresql+psycopg")
    ours = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=0, connect_args=ours)
    event.listen(engine, "connect", _limit)
    event.listen(engine, "checkout", _refuse_ended)
    return engine


def for_reading(engine: Engine) -> Engine:
    """The engine for transactions that only read."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_looking(engine: Engine) -> Engine:
    """The engine for statements that read, each for itself, without transactions."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(begin=None)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def for_writing(engine: Engine) -> Engine:
    """The engine for transactions that write."""
    return engine.execution_options(begin="BEGIN IMMEDIATE")


def _parsed(connection: str) -> URL:
    try:
        url = make_url(connection)
    except exc.ArgumentError:
        raise BadInput("connection", "it is not a database URL", "Write postgresql://... ") from None
    if url.get_backend_name() not in _SCHEMES:
        wrong = f"'{url.get_backend_name()}' databases are not supported"
        raise BadInput("connection", wrong, "Use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.")
    return url


def _limit(connection: Any, _record: object) -> None:
    """Have the database give up on us, if we vanish, as soon as we would give up on it."""
    settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in LIMITS.items())
    connection.execute(f"SELECT {settings}").close()
    connection.commit()


def _refuse_ended(connection: Any, _record: object, _fairy: object) -> None:
    """Have the pool connect anew where the database has ended the connection since it was used last.

    Its end is something to read there, which nothing is on one that rests: so this costs no exchange.
    """
    if connection.closed:
        raise exc.DisconnectionError
    resting = select.poll()
    resting.register(connection.fileno(), select.POLLIN)
    if resting.poll(0):
        raise exc.DisconnectionError


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise BadInput("connection", "SQLite needs a file", "Write sqlite:////PATH/OF/FILE.")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=0)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """Settings of one connection. Transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}").close()
    _use_wal(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_wal(connection: Any) -> None:
    """A new file goes into WAL mode once, by whoever comes first. SQLite does not wait for that lock by itself."""
    deadline = time.monotonic() + _WAIT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin", "BEGIN")
    if statement is not None:
        connection.exec_driver_sql(statement)
