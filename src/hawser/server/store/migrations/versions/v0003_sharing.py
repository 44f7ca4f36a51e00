"""RBAC policies, address groups, security groups' further attributes."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _make_policies()
    for column in ("shared_with", "external_to"):
        op.add_column("networks", sa.Column(column, sa.Text(), nullable=False, server_default="[]"))
    _note_what_is_shared()


def _make_policies() -> None:
    op.create_table(
        "rbac_policies",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("object_type", sa.String(32), nullable=False),
        sa.Column("object_id", sa.String(36), nullable=False),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "target", "object_type", "action", "object_id", name="uq_rbac_policies_target_object"
        ),
    )
    op.create_index("ix_rbac_policies_project_id", "rbac_policies", ["project_id"])
    op.create_index("ix_rbac_policies_object_id", "rbac_policies", ["object_id"])


def _note_what_is_shared() -> None:
    """The networks that all projects see get the policies that say so."""
    policies = sa.table(
        "rbac_policies",
        *(sa.column(name) for name in ("id", "project_id", "object_type", "object_id", "target", "action")),
    )
    networks = sa.table(
        "networks",
        sa.column("id"),
        sa.column("project_id"),
        sa.column("shared", sa.Boolean()),
        sa.column("external", sa.Boolean()),
    )
    rows = [
        {
            "id": str(uuid4()),
            "project_id": project_id,
            "object_type": "network",
            "object_id": id,
            "target": "*",
            "action": action,
        }
        for column, action in (
            (networks.c.shared, "access_as_shared"),
            (networks.c.external, "access_as_external"),
        )
        for id, project_id in op.get_bind().execute(
            sa.select(networks.c.id, networks.c.project_id).where(column)
        )
    ]
    if rows:
        op.bulk_insert(policies, rows)
