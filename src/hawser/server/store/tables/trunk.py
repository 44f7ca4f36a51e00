"""Trunks and the ports that they carry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
)

from hawser.server.model.caller import Caller
from hawser.server.model.trunk import SubPort, Trunk
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA, owned_columns, tags_column
from hawser.server.store.tables.records import Part, Records, Where

trunk_table = Table(
    "trunks",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("name", String(255), nullable=False, index=True),
    Column("port_id", ForeignKey("ports.id"), nullable=False, unique=True),
    Column("admin_state_up", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
)

subport_table = Table(
    "subports",
    METADATA,
    Column("port_id", ForeignKey("ports.id"), primary_key=True),
    Column("trunk_id", ForeignKey("trunks.id", ondelete="CASCADE"), nullable=False),
    Column("segmentation_type", String(32), nullable=False),
    Column("segmentation_id", Integer, nullable=False),
    UniqueConstraint("trunk_id", "segmentation_type", "segmentation_id", name="uq_subports_trunk_id_segment"),
)
"""The primary key is what keeps a port from being carried twice."""


def _row(trunk: Trunk) -> dict[str, Any]:
    return {column.name: getattr(trunk, column.name) for column in trunk_table.c}


trunks: Records[Trunk] = Records(
    "trunks",
    trunk_table,
    build=lambda tx, fields: Trunk(**fields),
    row=_row,
    parts=(
        Part(
            "sub_ports",
            select(
                subport_table.c.trunk_id,
                subport_table.c.port_id,
                subport_table.c.segmentation_type,
                subport_table.c.segmentation_id,
            ).order_by(subport_table.c.trunk_id, subport_table.c.segmentation_id),
            subport_table.c.trunk_id,
            SubPort,
        ),
    ),
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on trunks that this caller sees: its own."""
    return () if caller.is_admin else (trunk_table.c.project_id == caller.project_id,)


def carrier(tx: Transaction, port_id: str) -> str | None:
    """The id of the trunk that carries a port, None for no trunk."""
    columns = subport_table.c
    found = tx.execute(select(columns.trunk_id).where(columns.port_id == port_id)).scalar()
    return None if found is None else str(found)


def carry(tx: Transaction, trunk_id: str, sub_ports: Iterable[SubPort]) -> None:
    """Have a trunk carry these ports too."""
    rows = [
        {
            "trunk_id": trunk_id,
            "port_id": each.port_id,
            "segmentation_type": each.segmentation_type,
            "segmentation_id": each.segmentation_id,
        }
        for each in sub_ports
    ]
    if rows:
        tx.execute(insert(subport_table), rows)


def carry_no_more(tx: Transaction, port_ids: Iterable[str]) -> None:
    """Have trunks carry these ports no more."""
    tx.execute(delete(subport_table).where(subport_table.c.port_id.in_(list(port_ids))))
