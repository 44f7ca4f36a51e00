"""What every noun has: tags; quotas; free addresses."""

from __future__ import annotations

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
