"""Ports repeat their addresses and security groups in their own rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_COLUMNS = ("fixed_ips", "security_group_ids")


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("ports", sa.Column(column, sa.Text(), nullable=False, server_default="[]"))
    addresses = "SELECT port_id, subnet_id || ' ' || address FROM fixed_ips ORDER BY port_id, position"
    groups = "SELECT port_id, security_group_id FROM port_security_groups ORDER BY port_id, security_group_id"
    connection = op.get_bind()
    for column, statement in zip(_COLUMNS, (addresses, groups), strict=True):
        _fill(connection, column, connection.execute(sa.text(statement)).all())


def _fill(connection: sa.Connection, column: str, found: Iterable[Sequence[str]]) -> None:
    of_ports: dict[str, list[str]] = defaultdict(list)
    for port_id, text in found:
        of_ports[port_id].append(text)
    rows = [{"port": port_id, "texts": json.dumps(texts)} for port_id, texts in of_ports.items()]
    if rows:
        connection.execute(sa.text(f"UPDATE ports SET {column} = :texts WHERE id = :port"), rows)
