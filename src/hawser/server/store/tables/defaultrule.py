"""Default security group rules."""

from __future__ import annotations

from ipaddress import ip_interface

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table

from hawser.server.model.defaultrule import DefaultRule
from hawser.server.store.tables.columns import METADATA, AsText, id_column, stamped_columns
from hawser.server.store.tables.records import Records

default_rule_table = Table(
    "default_security_group_rules",
    METADATA,
    id_column(),
    *stamped_columns(),
    Column("direction", String(16), nullable=False),
    Column("ethertype", String(8), nullable=False),
    Column("protocol", String(40)),
    Column("port_range_min", Integer),
    Column("port_range_max", Integer),
    Column("remote_ip_prefix", AsText(ip_interface)),
    Column("remote_group_id", String(36)),
    Column("remote_address_group_id", ForeignKey("address_groups.id"), index=True),
    Column("used_in_default_sg", Boolean, nullable=False),
    Column("used_in_non_default_sg", Boolean, nullable=False),
)

default_rules: Records[DefaultRule] = Records(
    "default_security_group_rules", default_rule_table, build=lambda tx, fields: DefaultRule(**fields)
)
