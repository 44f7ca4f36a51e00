"""Bindings of ports that wait to be activated; the one in force is in the port's own row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, Text, delete, insert, select, update

from hawser.server.model.binding import INACTIVE, Binding
from hawser.server.model.port import Port
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA

binding_table = Table(
    "port_bindings",
    METADATA,
    Column("port_id", ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True),
    Column("host", String(255), primary_key=True),
    Column("vnic_type", String(64), nullable=False),
    Column("profile", Text, nullable=False),
)


def of_port(tx: Transaction, port: Port) -> list[Binding]:
    """Those that wait, by host."""
    columns = binding_table.c
    statement = select(columns.host, columns.vnic_type, columns.profile).where(columns.port_id == port.id)
    rows = tx.execute(statement.order_by(columns.host))
    return [
        Binding(port.id, port.project_id, host, vnic_type, profile, INACTIVE)
        for host, vnic_type, profile in rows
    ]


def add(tx: Transaction, binding: Binding) -> None:
    """Have one wait."""
    row = {column.name: getattr(binding, column.name) for column in binding_table.c}
    tx.execute(insert(binding_table), row)


def put(tx: Transaction, port_id: str, host: str, **columns: Any) -> None:
    """Change one that waits."""
    tx.execute(update(binding_table).where(*_one(port_id, host)).values(**columns))


def remove(tx: Transaction, port_id: str, host: str) -> None:
    """Have one wait no longer, if there is such."""
    tx.execute(delete(binding_table).where(*_one(port_id, host)))


def _one(port_id: str, host: str) -> tuple[Any, ...]:
    return binding_table.c.port_id == port_id, binding_table.c.host == host
