"""Metering labels and rules."""

from __future__ import annotations

from ipaddress import ip_network

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, or_, select

from hawser.server.model.caller import Caller
from hawser.server.model.metering import MeteringLabel, MeteringRule
from hawser.server.store.tables.columns import METADATA, AsText, id_column
from hawser.server.store.tables.records import Records, Where

label_table = Table(
    "metering_labels",
    METADATA,
    id_column(),
    Column("project_id", String(255), nullable=False, index=True),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
)

rule_table = Table(
    "metering_rules",
    METADATA,
    id_column(),
    Column("label_id", ForeignKey("metering_labels.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("direction", String(16), nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("remote", AsText(ip_network)),
    Column("source", AsText(ip_network)),
    Column("destination", AsText(ip_network)),
)

labels: Records[MeteringLabel] = Records(
    "metering_labels", label_table, build=lambda tx, fields: MeteringLabel(**fields)
)
rules: Records[MeteringRule] = Records(
    "metering_rules", rule_table, build=lambda tx, fields: MeteringRule(**fields)
)


def labels_visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on labels that this caller sees: its own, and those of all."""
    if caller.is_admin:
        return ()
    return (or_(label_table.c.project_id == caller.project_id, label_table.c.shared),)


def rules_visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on rules that this caller sees: those of the labels that it sees."""
    if caller.is_admin:
        return ()
    return (rule_table.c.label_id.in_(select(label_table.c.id).where(*labels_visible(caller))),)
