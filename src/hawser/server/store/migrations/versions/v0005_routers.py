"""Flavors, availability zones, distributed routers, port forwardings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for table in ("networks", "routers"):
        op.add_column(
            table, sa.Column("availability_zone_hints", sa.Text(), nullable=False, server_default="[]")
        )
    op.add_column(
        "routers", sa.Column("distributed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("routers", sa.Column("flavor_id", sa.String(36)))
    with op.batch_alter_table("dhcp_hostings") as hostings:
        hostings.alter_column("port_id", existing_type=sa.String(36), nullable=True)
    _make_flavors()
    _make_port_forwardings()


def _make_flavors() -> None:
    op.create_table(
        "flavors",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("service_type", sa.String(36), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "service_profiles",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=False),
        sa.Column("metainfo", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "flavor_profiles",
        sa.Column("flavor_id", sa.String(36), nullable=False),
        sa.Column("service_profile_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["flavor_id"], ["flavors.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["service_profile_id"], ["service_profiles.id"]),
        sa.PrimaryKeyConstraint("flavor_id", "service_profile_id"),
    )
    op.create_index("ix_flavor_profiles_service_profile_id", "flavor_profiles", ["service_profile_id"])


def _make_port_forwardings() -> None:
    op.create_table(
        "port_forwardings",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("floating_ip_id", sa.String(36), nullable=False),
        sa.Column("protocol", sa.String(16), nullable=False),
        sa.Column("external_first", sa.Integer()),
        sa.Column("external_last", sa.Integer()),
        sa.Column("internal_port_id", sa.String(36), nullable=False),
        sa.Column("internal_address", sa.String(64), nullable=False),
        sa.Column("internal_first", sa.Integer()),
        sa.Column("internal_last", sa.Integer()),
        sa.ForeignKeyConstraint(["floating_ip_id"], ["floating_ips.id"]),
        sa.ForeignKeyConstraint(["internal_port_id"], ["ports.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("project_id", "floating_ip_id", "internal_port_id"):
        op.create_index(f"ix_port_forwardings_{column}", "port_forwardings", [column])
