"""Port forwardings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from hawser.server.model.caller import Caller
from hawser.server.model.portforwarding import PortForwarding, PortRange
from hawser.server.store.tables.columns import ADDRESS, METADATA, owned_columns
from hawser.server.store.tables.records import Records, Where

port_forwarding_table = Table(
    "port_forwardings",
    METADATA,
    *owned_columns(),
    Column("floating_ip_id", ForeignKey("floating_ips.id"), nullable=False, index=True),
    Column("protocol", String(16), nullable=False),
    Column("external_first", Integer),
    Column("external_last", Integer),
    Column("internal_port_id", ForeignKey("ports.id"), nullable=False, index=True),
    Column("internal_address", ADDRESS, nullable=False),
    Column("internal_first", Integer),
    Column("internal_last", Integer),
)
_RANGES = ("external", "internal")
_SPLIT = ("_first", "_last")


def build(fields: dict[str, Any]) -> PortForwarding:
    """One of a row's columns."""
    for name in _RANGES:
        first, last = fields.pop(f"{name}_first"), fields.pop(f"{name}_last")
        fields[name] = None if first is None else PortRange(first, last)
    return PortForwarding(**fields)


def columns_of(forwarding: PortForwarding) -> dict[str, Any]:
    """Its columns, for writing it anew."""
    kept = (column.name for column in port_forwarding_table.c if not column.name.endswith(_SPLIT))
    row = {name: getattr(forwarding, name) for name in kept}
    for name in _RANGES:
        row.update(_ends(name, getattr(forwarding, name)))
    return row


def _ends(name: str, ports: PortRange | None) -> Mapping[str, int | None]:
    first, last = (ports.first, ports.last) if ports else (None, None)
    return {f"{name}_first": first, f"{name}_last": last}


forwardings: Records[PortForwarding] = Records(
    "port_forwardings", port_forwarding_table, build=lambda tx, fields: build(fields), row=columns_of
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on port forwardings that this caller sees: its own."""
    return () if caller.is_admin else (port_forwarding_table.c.project_id == caller.project_id,)
