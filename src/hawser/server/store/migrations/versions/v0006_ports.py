"""Bindings, DHCP options and DNS names of ports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NAMES = {
    "ports": ("dns_name", "dns_domain"),
    "networks": ("dns_domain",),
    "floating_ips": ("dns_name", "dns_domain"),
}


def upgrade() -> None:
    for table, columns in _NAMES.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.String(255), nullable=False, server_default=""))
    for column, default in (("dhcp_options", "[]"), ("binding_profile", "{}")):
        op.add_column("ports", sa.Column(column, sa.Text(), nullable=False, server_default=default))
    op.add_column(
        "ports",
        sa.Column("propagate_uplink_status", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_table(
        "port_bindings",
        sa.Column("port_id", sa.String(36), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("vnic_type", sa.String(64), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("port_id", "host"),
    )
