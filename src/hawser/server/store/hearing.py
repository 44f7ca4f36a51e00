"""Hints from server to server over one PostgreSQL: a commit notifies a channel, and who listens looks at once.

Hints only: one may be lost, and on SQLite there are none. Who needs to know looks by itself now and then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, Update, func
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.base import Executable

log = logging.getLogger(__name__)

_CHANNEL = "hawser_changes"
_LOOK = 1.0
"""Seconds after which an ended listener notices at the latest, and between two tries to connect."""


def telling(statement: Update) -> Executable:
    """The statement, which on PostgreSQL also notifies the others once its transaction commits."""
    return statement.returning(func.pg_notify(_CHANNEL, ""))


@contextmanager
def hearing(engine: Engine, tell: Callable[[], None]) -> Iterator[None]:
    """While this lasts, ``tell`` is called after commits, this process's own among them, by a thread."""
    if engine.dialect.name != "postgresql":
        yield
        return
    ended = threading.Event()
    threading.Thread(target=_listen, args=(engine, tell, ended), name="hearing", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _listen(engine: Engine, tell: Callable[[], None], ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            with _connected(engine) as connection:
                connection.execute(f"LISTEN {_CHANNEL}")
                tell()  # of what was committed before
                while not ended.is_set():
                    for _ in connection.notifies(timeout=_LOOK, stop_after=1):
                        tell()
        except (SQLAlchemyError, psycopg.Error) as error:
            log.debug("hints of other servers are not heard for now: %s", error)
            ended.wait(_LOOK)


@contextmanager
def _connected(engine: Engine) -> Iterator[psycopg.Connection]:
    """A connection beside the pool's, without transactions."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        connection.detach()
        yield driver
