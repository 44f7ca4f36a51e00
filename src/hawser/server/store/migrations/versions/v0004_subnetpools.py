"""Subnet pools, address scopes, service types of subnets, topologies that are made for projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _make_scopes()
    _make_pools()
    pool = sa.Column("subnetpool_id", sa.String(36), sa.ForeignKey("subnetpools.id"))
    op.add_column("subnets", pool, inline_references=True)
    op.create_index("ix_subnets_subnetpool_id", "subnets", ["subnetpool_id"])
    op.add_column("subnets", sa.Column("service_types", sa.Text(), nullable=False, server_default="[]"))
    for column in (
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("vlan_transparent", sa.Boolean()),
        sa.Column("further_segments", sa.Text(), nullable=False, server_default="[]"),
    ):
        op.add_column("networks", column)
    _make_topologies()


def _shared_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("shared_with", sa.Text(), nullable=False),
        sa.Column("ip_version", sa.Integer(), nullable=False),
    ]


def _make_scopes() -> None:
    op.create_table("address_scopes", *_shared_columns(), sa.PrimaryKeyConstraint("id"))
    _index("address_scopes", "project_id", "name")


def _make_pools() -> None:
    op.create_table(
        "subnetpools",
        *_shared_columns(),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("prefixes", sa.Text(), nullable=False),
        sa.Column("min_prefixlen", sa.Integer(), nullable=False),
        sa.Column("max_prefixlen", sa.Integer(), nullable=False),
        sa.Column("default_prefixlen", sa.Integer(), nullable=False),
        sa.Column("default_quota", sa.BigInteger()),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("default_for", sa.Integer()),
        sa.Column("address_scope_id", sa.String(36)),
        sa.ForeignKeyConstraint(["address_scope_id"], ["address_scopes.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("default_for"),
    )
    _index("subnetpools", "project_id", "name", "address_scope_id")


def _make_topologies() -> None:
    op.create_table(
        "auto_allocated_topologies",
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("network_id", sa.String(36), nullable=False),
        sa.Column("router_id", sa.String(36)),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["router_id"], ["routers.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("project_id"),
    )


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])
