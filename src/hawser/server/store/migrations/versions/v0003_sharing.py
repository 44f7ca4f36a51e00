"""RBAC policies, address groups, security groups' further attributes."""

from __future__ import annotations

from datetime import UTC, datetime
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
    _make_address_groups()
    _extend_security_groups()
    _make_default_rules()


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


def _make_address_groups() -> None:
    op.create_table(
        "address_groups",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("addresses", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("shared_with", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_address_groups_project_id", "address_groups", ["project_id"])
    op.create_index("ix_address_groups_name", "address_groups", ["name"])


def _extend_security_groups() -> None:
    for name, default in (("stateful", sa.true()), ("shared", sa.false())):
        op.add_column(
            "security_groups", sa.Column(name, sa.Boolean(), nullable=False, server_default=default)
        )
    op.add_column("security_groups", sa.Column("shared_with", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("security_group_rules") as rules:
        rules.add_column(
            sa.Column("belongs_to_default", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        rules.add_column(sa.Column("remote_address_group_id", sa.String(36)))
        rules.create_foreign_key(
            "fk_rules_address_groups", "address_groups", ["remote_address_group_id"], ["id"]
        )
        rules.create_index("ix_security_group_rules_remote_address_group_id", ["remote_address_group_id"])
    groups = sa.table("security_groups", sa.column("id"), sa.column("default", sa.Boolean()))
    rule = sa.table(
        "security_group_rules",
        sa.column("security_group_id"),
        sa.column("belongs_to_default", sa.Boolean()),
    )
    of_defaults = sa.select(groups.c.id).where(groups.c.default)
    op.execute(rule.update().where(rule.c.security_group_id.in_(of_defaults)).values(belongs_to_default=True))


def _make_default_rules() -> None:
    made = op.create_table(
        "default_security_group_rules",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("ethertype", sa.String(8), nullable=False),
        sa.Column("protocol", sa.String(40)),
        sa.Column("port_range_min", sa.Integer()),
        sa.Column("port_range_max", sa.Integer()),
        sa.Column("remote_ip_prefix", sa.String(64)),
        sa.Column("remote_group_id", sa.String(36)),
        sa.Column("remote_address_group_id", sa.String(36)),
        sa.Column("used_in_default_sg", sa.Boolean(), nullable=False),
        sa.Column("used_in_non_default_sg", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["remote_address_group_id"], ["address_groups.id"]),
    )
    op.create_index(
        "ix_default_security_group_rules_remote_address_group_id",
        "default_security_group_rules",
        ["remote_address_group_id"],
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        {
            "id": str(uuid4()),
            "description": f"Legacy default SG rule for {direction} traffic",
            "revision": 0,
            "created_at": now,
            "updated_at": now,
            "direction": direction,
            "ethertype": ethertype,
            "remote_group_id": "PARENT" if direction == "ingress" else None,
            "used_in_default_sg": True,
            "used_in_non_default_sg": direction == "egress",
        }
        for direction in ("egress", "ingress")
        for ethertype in ("IPv4", "IPv6")
    ]
    op.bulk_insert(made, rows)
