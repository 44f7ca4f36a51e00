"""Floating IPs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, select

from hawser.server.model.caller import Caller
from hawser.server.model.floatingip import FloatingIp, PortDetails
from hawser.server.model.portforwarding import PortForwarding
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import ADDRESS, METADATA, owned_columns, tags_column
from hawser.server.store.tables.port import port_table
from hawser.server.store.tables.portforwarding import build, port_forwarding_table
from hawser.server.store.tables.qos import qos_policy_column
from hawser.server.store.tables.records import Part, Records, Where

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
    Column("dns_name", String(255), nullable=False),
    Column("dns_domain", String(255), nullable=False),
    qos_policy_column(),
    UniqueConstraint(
        "network_id", "port_id", "fixed_address", name="uq_floating_ips_network_id_port_id_fixed_address"
    ),
)
"""One fixed address of a port has at most one floating IP of each external network."""

_FORWARDING = port_forwarding_table.c.keys()


def _build(tx: Transaction, fields: dict[str, Any]) -> FloatingIp:
    details = fields.pop("port_details", ())
    return FloatingIp(**fields, port_details=details[0] if details else None)


def _forwarding(*values: Any) -> PortForwarding:
    return build(dict(zip(_FORWARDING, values, strict=True)))


floating_ips: Records[FloatingIp] = Records(
    "floating_ips",
    floating_ip_table,
    build=_build,
    parts=(
        Part(
            "port_details",
            select(floating_ip_table.c.id, *(port_table.c[field.name] for field in fields(PortDetails))).join(
                port_table, port_table.c.id == floating_ip_table.c.port_id
            ),
            floating_ip_table.c.id,
            PortDetails,
            only_with="port_id",
            borrowed=True,
        ),
        Part(
            "port_forwardings",
            select(port_forwarding_table.c.floating_ip_id, port_forwarding_table).order_by(
                port_forwarding_table.c.created_at, port_forwarding_table.c.id
            ),
            port_forwarding_table.c.floating_ip_id,
            _forwarding,
        ),
    ),
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on floating IPs that this caller sees: its own."""
    return () if caller.is_admin else (floating_ip_table.c.project_id == caller.project_id,)
