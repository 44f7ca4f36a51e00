"""Ports repeat their addresses and security groups in their own rows; taken segmentation ids are kept as runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_COLUMNS = ("fixed_ips", "security_group_ids")


def upgrade() -> None:
    _make_whole_ports()
    _make_segment_runs()


def _make_whole_ports() -> None:
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


def _make_segment_runs() -> None:
    made = op.create_table(
        "segment_runs",
        sa.Column("network_type", sa.String(64), nullable=False),
        sa.Column("physical_network", sa.String(64), nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("network_type", "physical_network", "first"),
    )
    networks = "SELECT network_type, physical_network, segmentation_id, further_segments FROM networks"
    taken: set[tuple[str, str, int]] = set()
    for kind, physical_network, number, further in op.get_bind().execute(sa.text(networks)):
        others = [text.split(":") for text in json.loads(further)]
        taken |= {(other[0], ":".join(other[1:-1]), int(other[-1])) for other in others if other[-1]}
        if number is not None:
            taken.add((kind, physical_network or "", number))
    op.bulk_insert(made, _runs(taken))


def _runs(taken: Iterable[tuple[str, str, int]]) -> list[dict[str, object]]:
    runs: list[list[Any]] = []
    for kind, physical_network, number in sorted(taken):
        if runs and [*runs[-1][:2], runs[-1][3] + 1] == [kind, physical_network, number]:
            runs[-1][3] = number
        else:
            runs.append([kind, physical_network, number, number])
    return [
        dict(zip(("network_type", "physical_network", "first", "last"), run, strict=True)) for run in runs
    ]
