"""QoS policies and their rules."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)

from hawser.server.model.caller import Caller
from hawser.server.model.qos import QosPolicy, QosRule, RuleType
from hawser.server.store.session import Transaction
from hawser.server.store.tables import rbac
from hawser.server.store.tables.columns import METADATA, AsText, id_column, owned_columns, tags_column
from hawser.server.store.tables.rbac import sharing_columns
from hawser.server.store.tables.records import Part, Records, Where

NOUN = "qos_policy"
"""The kind of thing that an RBAC policy calls it."""

qos_policy_table = Table(
    "qos_policies",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("name", String(255), nullable=False, index=True),
    *sharing_columns(),
    Column("is_default", Boolean, nullable=False),
    Column("default_of", String(255), unique=True),
)
"""``default_of`` is the project whose default policy it is: there is one at most."""

qos_rule_table = Table(
    "qos_rules",
    METADATA,
    id_column(),
    Column("policy_id", ForeignKey("qos_policies.id", ondelete="CASCADE"), nullable=False),
    Column("type", AsText(RuleType), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("burst", Integer),
    UniqueConstraint("policy_id", "type", "direction", name="uq_qos_rules_policy_id_type_direction"),
)
_RULE_NAMES = [column.name for column in qos_rule_table.c]


def qos_policy_column() -> Column[Any]:
    """The policy of a thing that can have one."""
    return Column("qos_policy_id", ForeignKey("qos_policies.id"), index=True)


_DEFAULT_OF = select(qos_policy_table.c.id).where(qos_policy_table.c.default_of == bindparam("project_id"))


def _rule(*values: Any) -> QosRule:
    return QosRule(**dict(zip(_RULE_NAMES, values, strict=True)))


def _row(policy: QosPolicy) -> dict[str, Any]:
    kept = (column.name for column in qos_policy_table.c if column.name != "default_of")
    return {name: getattr(policy, name) for name in kept} | default_columns(
        policy.project_id, policy.is_default
    )


def default_columns(project_id: str, is_default: bool) -> dict[str, Any]:
    """The columns that say whether it is its project's default policy."""
    return {"is_default": is_default, "default_of": project_id if is_default else None}


qos_policies: Records[QosPolicy] = Records(
    "qos_policies",
    qos_policy_table,
    build=lambda tx, fields: QosPolicy(**fields),
    row=_row,
    parts=(
        Part(
            "rules",
            select(qos_rule_table.c.policy_id, *qos_rule_table.c).order_by(qos_rule_table.c.id),
            qos_rule_table.c.policy_id,
            _rule,
        ),
    ),
    hidden=("default_of",),
)

qos_rules: Records[QosRule] = Records("qos_rules", qos_rule_table, build=lambda tx, fields: QosRule(**fields))


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on policies that this caller sees."""
    return rbac.visible(caller, NOUN, qos_policy_table)


def rules_visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on rules that this caller sees: those of the policies that it sees."""
    if caller.is_admin:
        return ()
    return (qos_rule_table.c.policy_id.in_(select(qos_policy_table.c.id).where(*visible(caller))),)


def default_of(tx: Transaction, project_id: str) -> str | None:
    """The id of a project's default policy, where it has one."""
    found = tx.execute(_DEFAULT_OF, {"project_id": project_id}).scalar()
    return None if found is None else str(found)
