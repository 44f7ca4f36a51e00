"""Planned moves of routers, and drained agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("agents", sa.Column("drained", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("router_hosts", sa.Column("wanted_at", sa.DateTime()))
    op.create_index("ix_router_hosts_wanted_at", "router_hosts", ["wanted_at"])
