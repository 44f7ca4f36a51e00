"""The revision counter and the change log: which things each revision touched."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, SmallInteger, String, Table

from hawser.server.store.tables.columns import METADATA

counter = Table(
    "revision_counter",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
)
"""One row. Who writes locks it first, so revisions are committed in their order."""

changes = Table(
    "changes",
    METADATA,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("noun", String(32), primary_key=True),
    Column("key", String(36), primary_key=True),
)
"""``noun`` is a field of the picture, ``key`` the id of the thing; of the router or network for hostings."""
