"""QoS policies, trunks, metering."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _make_policies()
    _make_rules()
    for table in ("networks", "ports", "floating_ips"):
        policy = sa.Column("qos_policy_id", sa.String(36), sa.ForeignKey("qos_policies.id"))
        op.add_column(table, policy, inline_references=True)
        op.create_index(f"ix_{table}_qos_policy_id", table, ["qos_policy_id"])
    op.add_column("ports", sa.Column("qos_network_policy_id", sa.String(36)))
    _make_trunks()
    _make_metering()


def _owned_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
    ]


def _make_policies() -> None:
    op.create_table(
        "qos_policies",
        *_owned_columns(),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("shared_with", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("default_of", sa.String(255)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("default_of"),
    )
    _index_names("qos_policies")


def _make_rules() -> None:
    op.create_table(
        "qos_rules",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("policy_id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("burst", sa.Integer()),
        sa.ForeignKeyConstraint(["policy_id"], ["qos_policies.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("policy_id", "type", "direction", name="uq_qos_rules_policy_id_type_direction"),
    )


def _index_names(table: str) -> None:
    for column in ("project_id", "name"):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_trunks() -> None:
    op.create_table(
        "trunks",
        *_owned_columns(),
        sa.Column("port_id", sa.String(36), nullable=False),
        sa.Column("admin_state_up", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("port_id"),
    )
    _index_names("trunks")
    op.create_table(
        "subports",
        sa.Column("port_id", sa.String(36), nullable=False),
        sa.Column("trunk_id", sa.String(36), nullable=False),
        sa.Column("segmentation_type", sa.String(32), nullable=False),
        sa.Column("segmentation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"]),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("port_id"),
        sa.UniqueConstraint(
            "trunk_id", "segmentation_type", "segmentation_id", name="uq_subports_trunk_id_segment"
        ),
    )
    op.add_column("ports", sa.Column("trunk_id", sa.String(36)))


def _make_metering() -> None:
    op.create_table(
        "metering_labels",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_metering_labels_project_id", "metering_labels", ["project_id"])
    op.create_table(
        "metering_rules",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("label_id", sa.String(36), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("remote", sa.String(64)),
        sa.Column("source", sa.String(64)),
        sa.Column("destination", sa.String(64)),
        sa.ForeignKeyConstraint(["label_id"], ["metering_labels.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_metering_rules_label_id", "metering_rules", ["label_id"])
