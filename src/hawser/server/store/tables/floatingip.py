"""Floating IPs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint

from hawser.server.model.caller import Caller
from hawser.server.model.floatingip import FloatingIp
from hawser.server.store.tables.columns import ADDRESS, METADATA, owned_columns, tags_column
from hawser.server.store.tables.qos import qos_policy_column
from hawser.server.store.tables.records import Records, Where

floating_ip_table = Table(
    "floating_ips",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("network_id", ForeignKey("networks.id"), nullable=False, index=True),
    Column("address", ADDRESS, nullable=False, index=True),
    Column("external_port_id", ForeignKey("ports.id"), nullable=False, index=True),
    Column("port_id", ForeignKey("ports.id"), index=True),
    Column("fixed_address", ADDRESS),
    Column("router_id", ForeignKey("routers.id"), index=True),
    Column("status", String(16), nullable=False),
    qos_policy_column(),
    UniqueConstraint(
        "network_id", "port_id", "fixed_address", name="uq_floating_ips_network_id_port_id_fixed_address"
    ),
)
"""One fixed address of a port has at most one floating IP of each external network."""

floating_ips: Records[FloatingIp] = Records(
    "floating_ips",
    floating_ip_table,
    build=lambda tx, fields: FloatingIp(**fields),
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on floating IPs that this caller sees: its own."""
    return () if caller.is_admin else (floating_ip_table.c.project_id == caller.project_id,)
