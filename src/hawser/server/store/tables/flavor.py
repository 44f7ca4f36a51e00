"""Flavors, and the service profiles of each."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, delete, insert, select

from hawser.server.model.flavor import Flavor
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA, id_column
from hawser.server.store.tables.records import Part, Records

flavor_table = Table(
    "flavors",
    METADATA,
    id_column(),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("service_type", String(36), nullable=False),
    Column("enabled", Boolean, nullable=False),
)

flavor_profile_table = Table(
    "flavor_profiles",
    METADATA,
    Column("flavor_id", ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True),
    Column("service_profile_id", ForeignKey("service_profiles.id"), primary_key=True, index=True),
)

flavors: Records[Flavor] = Records(
    "flavors",
    flavor_table,
    build=lambda tx, fields: Flavor(**fields),
    parts=(
        Part(
            "service_profile_ids",
            select(flavor_profile_table).order_by(flavor_profile_table.c.service_profile_id),
            flavor_profile_table.c.flavor_id,
            str,
        ),
    ),
)


def bind(tx: Transaction, id: str, profile_ids: Collection[str]) -> None:
    """Give a flavor these service profiles too."""
    rows = [{"flavor_id": id, "service_profile_id": each} for each in profile_ids]
    if rows:
        tx.execute(insert(flavor_profile_table), rows)
        tx.touch("flavors", id)


def unbind(tx: Transaction, id: str, profile_ids: Collection[str]) -> None:
    """Take these service profiles from a flavor."""
    columns = flavor_profile_table.c
    where = columns.flavor_id == id, columns.service_profile_id.in_(profile_ids)
    tx.execute(delete(flavor_profile_table).where(*where))
    tx.touch("flavors", id)
