"""What every noun has: tags; quotas; free addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TAGGED = ("networks", "subnets", "ports", "routers", "floating_ips", "security_groups")


def upgrade() -> None:
    for table in _TAGGED:
        op.add_column(table, sa.Column("tags", sa.Text(), nullable=False, server_default="\n"))
    op.create_table(
        "quotas",
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("resource", sa.String(64), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "resource"),
    )
    op.create_table(
        "free_ranges",
        sa.Column("subnet_id", sa.String(36), nullable=False),
        sa.Column("first", sa.String(32), nullable=False),
        sa.Column("last", sa.String(32), nullable=False),
        sa.Column("pool", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subnet_id"], ["subnets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subnet_id", "first"),
    )
    _fill_free_ranges()


def _fill_free_ranges() -> None:
    """What is free in the subnets that are there already: their pools without their ports' addresses."""
    connection = op.get_bind()
    subnets = connection.execute(sa.text("SELECT id, pools FROM subnets")).all()
    taken = connection.execute(sa.text("SELECT subnet_id, address FROM fixed_ips")).all()
    of_subnet: dict[str, set[int]] = {id: set() for id, _ in subnets}
    for id, address in taken:
        of_subnet[id].add(int(ip_address(address)))
    rows = [row for id, pools in subnets for row in _free(id, json.loads(pools), of_subnet[id])]
    if rows:
        statement = (
            "INSERT INTO free_ranges (subnet_id, first, last, pool) VALUES (:id, :first, :last, :pool)"
        )
        connection.execute(sa.text(statement), rows)


def _free(id: str, pools: list[str], taken: set[int]) -> Iterator[dict[str, object]]:
    for place, pool in enumerate(pools):
        first, last = (int(ip_address(end)) for end in pool.split("-"))
        for number in [*sorted(each for each in taken if first <= each <= last), last + 1]:
            if first < number:
                yield {"id": id, "first": f"{first:032x}", "last": f"{number - 1:032x}", "pool": place}
            first = number + 1
