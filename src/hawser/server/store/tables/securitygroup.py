"""Security groups and their rules."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, or_, select

from hawser.server.model.caller import Caller
from hawser.server.model.securitygroup import Rule, SecurityGroup
from hawser.server.store.tables import rbac
from hawser.server.store.tables.columns import METADATA, AsText, owned_columns, tags_column
from hawser.server.store.tables.records import Part, Records, Where

group_table = Table(
    "security_groups",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("name", String(255), nullable=False, index=True),
    Column("default", Boolean, nullable=False),
    Column("default_of", String(255), unique=True),
    Column("stateful", Boolean, nullable=False),
    *rbac.sharing_columns(),
)
"""``default_of`` is the project whose default group it is: there is one."""

rule_table = Table(
    "security_group_rules",
    METADATA,
    *owned_columns(),
    Column(
        "security_group_id",
        ForeignKey("security_groups.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("direction", String(16), nullable=False),
    Column("ethertype", String(8), nullable=False),
    Column("protocol", String(40)),
    Column("port_range_min", Integer),
    Column("port_range_max", Integer),
    Column("remote_ip_prefix", AsText(ip_interface)),
    Column("remote_group_id", ForeignKey("security_groups.id", ondelete="CASCADE"), index=True),
    Column("remote_address_group_id", ForeignKey("address_groups.id"), index=True),
    Column("belongs_to_default", Boolean, nullable=False),
)

_RULE_NAMES = [column.name for column in rule_table.c]


def _rule(*values: Any) -> Rule:
    return Rule(**dict(zip(_RULE_NAMES, values, strict=True)))


def _row(group: SecurityGroup) -> dict[str, Any]:
    row = {
        column.name: getattr(group, column.name) for column in group_table.c if column.name != "default_of"
    }
    return {**row, "default_of": group.project_id if group.default else None}


groups: Records[SecurityGroup] = Records(
    "security_groups",
    group_table,
    build=lambda tx, fields: SecurityGroup(**fields),
    row=_row,
    parts=(
        Part(
            "rules",
            select(rule_table.c.security_group_id, *rule_table.c).order_by(rule_table.c.id),
            rule_table.c.security_group_id,
            _rule,
        ),
    ),
    hidden=("default_of",),
)

rules: Records[Rule] = Records("security_group_rules", rule_table, build=lambda tx, fields: Rule(**fields))


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on groups that this caller sees: its own, and those shared with its project."""
    return rbac.visible(caller, "security_group", group_table)


def rules_visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on rules that this caller sees: its own, and those of groups that it sees."""
    if caller.is_admin:
        return ()
    seen = select(group_table.c.id).where(*visible(caller))
    return (or_(rule_table.c.project_id == caller.project_id, rule_table.c.security_group_id.in_(seen)),)
