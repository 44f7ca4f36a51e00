"""A database that tests use one after another, each finding it as the migrations left it.

Its store is one for all of them: a new store compiles every statement anew, which takes longer than most tests.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg

from hawser.server.store.session import Store
from hawser.server.store.tables import log
from hawser.server.store.tables.defaultrule import default_rule_table
from hawser.server.store.tables.schema import METADATA

_KEPT = f"INSERT INTO {default_rule_table} SELECT * FROM kept;"
"""What the migrations leave behind beside the counter."""
_ON = f"UPDATE {log.counter} SET revision = revision + 1;"
"""The counter is never put back: by it, the store forgets what it remembers of a test before."""


class Shared:
    """A store with the newest schema; `empty` it before each use."""

    def __init__(self, store: Store, execute: Callable[[str], object]) -> None:
        """``execute`` runs several statements on the store's database."""
        self.store = store
        self.settings = store.settings
        self._execute = execute
        execute(f"CREATE TABLE kept AS SELECT * FROM {default_rule_table}")
        filled = [table for table in reversed(METADATA.sorted_tables) if table is not log.counter]
        self._wipe = "".join(f"DELETE FROM {table};" for table in filled)

    def empty(self) -> None:
        """Have nothing in it but what the migrations left."""
        self._execute(f"BEGIN; {self._wipe} {_KEPT} {_ON} COMMIT")


@contextmanager
def shared(store: Store) -> Iterator[Shared]:
    """``store``, whose database has the newest schema, for one test after another; closed at the end."""
    connection = store.settings.connection
    opened = (
        sqlite3.connect(connection.removeprefix("sqlite:///"), isolation_level=None)
        if connection.startswith("sqlite")
        else psycopg.connect(connection, autocommit=True)
    )
    with closing(store), closing(opened) as raw:
        yield Shared(store, raw.executescript if isinstance(raw, sqlite3.Connection) else raw.execute)
