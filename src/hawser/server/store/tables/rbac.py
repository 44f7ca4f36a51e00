"""RBAC policies, and what the tables of things that can be shared have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, String, Table, UniqueConstraint, false, or_, select

from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters, Scalar
from hawser.server.model.rbac import EVERYBODY, SHARED, RbacPolicy
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA, AsList, id_column
from hawser.server.store.tables.records import Records, Where

rbac_table = Table(
    "rbac_policies",
    METADATA,
    id_column(),
    Column("project_id", String(255), nullable=False, index=True),
    Column("object_type", String(32), nullable=False),
    Column("object_id", String(36), nullable=False, index=True),
    Column("target", String(255), nullable=False),
    Column("action", String(32), nullable=False),
    UniqueConstraint("target", "object_type", "action", "object_id", name="uq_rbac_policies_target_object"),
)
"""The constraint's order makes it the index by which lists find what is shared with a project."""

policies: Records[RbacPolicy] = Records(
    "rbac_policies", rbac_table, build=lambda tx, fields: RbacPolicy(**fields)
)


def sharing_columns() -> tuple[Column[Any], ...]:
    """What the policies say of a thing, in its own row: a read of it then takes no statement more."""
    return (
        Column("shared", Boolean, nullable=False),
        Column("shared_with", AsList(str), nullable=False),
    )


def shared_with(
    caller: Caller, object_type: str, id_column: ColumnElement[Any], action: str | None = None
) -> Where:
    """The condition that a thing is shared with the caller's project, by ``action`` or by any."""
    columns = rbac_table.c
    targets = columns.target.in_([caller.project_id, EVERYBODY])
    ids = select(columns.object_id).where(targets, columns.object_type == object_type)
    return id_column.in_(ids if action is None else ids.where(columns.action == action))


def visible(caller: Caller, object_type: str, table: Table) -> tuple[Where, ...]:
    """The condition on rows of ``table`` that this caller sees: its own, and those shared with its project."""
    if caller.is_admin:
        return ()
    return (or_(table.c.project_id == caller.project_id, shared_with(caller, object_type, table.c.id)),)


def policies_visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on policies that this caller sees: its own, not those that let it see a thing."""
    return () if caller.is_admin else (rbac_table.c.project_id == caller.project_id,)


def split_shared(
    caller: Caller, object_type: str, table: Table, filters: Filters, by: str = "id"
) -> tuple[Filters, tuple[Where, ...]]:
    """The filters without that on ``shared``, and in its place the condition as this caller sees it.

    ``by`` is the column of ``table`` that has the id of what is shared.
    """
    asked = [values for name, values in filters.where if name == "shared"]
    if not asked:
        return filters, ()
    rest = tuple((name, values) for name, values in filters.where if name != "shared")
    shared = shared_with(caller, object_type, table.c[by], SHARED)
    return replace(filters, where=rest), tuple(_either(shared, values) for values in asked)


def recipients(tx: Transaction, object_type: str, object_id: str, action: str) -> tuple[str, ...]:
    """The targets of a thing's policies, sorted."""
    columns = rbac_table.c
    where = columns.object_id == object_id, columns.object_type == object_type, columns.action == action
    return tuple(tx.execute(select(columns.target).where(*where).order_by(columns.target)).scalars())


def _either(condition: Where, values: Sequence[Scalar]) -> Where:
    wanted = {bool(value) for value in values}
    return or_(false(), *(condition if each else ~condition for each in wanted))
