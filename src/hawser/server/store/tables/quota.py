"""Quotas that differ from the configured ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import Column, Integer, String, Table, delete, func, insert, select

from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA
from hawser.server.store.tables.records import tally

quota_table = Table(
    "quotas",
    METADATA,
    Column("project_id", String(255), primary_key=True),
    Column("resource", String(64), primary_key=True),
    Column("most", Integer, nullable=False),
)


NOUN = "quotas"


def key(project_id: str) -> str:
    """What a project's quotas go by in the change log, whose ids are UUIDs; a project's id may be longer."""
    return str(uuid5(NAMESPACE_OID, project_id))


def of_project(tx: Transaction, project_id: str) -> dict[str, int]:
    """What was set for one project, by resource."""
    columns = quota_table.c
    rows = tx.execute(select(columns.resource, columns.most).where(columns.project_id == project_id))
    return {resource: most for resource, most in rows}


def of_all(tx: Transaction) -> dict[str, dict[str, int]]:
    """What was set, by project and resource."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for project_id, resource, most in tx.execute(select(quota_table).order_by(quota_table.c.project_id)):
        found[project_id][resource] = most
    return dict(found)


def put(tx: Transaction, project_id: str, limits: Mapping[str, int]) -> None:
    """Set some for a project."""
    if not limits:
        return
    columns = quota_table.c
    tx.execute(
        delete(quota_table).where(columns.project_id == project_id, columns.resource.in_(list(limits)))
    )
    rows = [{"project_id": project_id, "resource": name, "most": most} for name, most in limits.items()]
    tx.execute(insert(quota_table), rows)
    tx.touch(NOUN, key(project_id))


def remove(tx: Transaction, project_id: str) -> None:
    """Have the configured ones hold again for a project."""
    tx.execute(delete(quota_table).where(quota_table.c.project_id == project_id))
    tx.touch(NOUN, key(project_id))


def count(tx: Transaction, table: Table, project_id: str, most: int | None = None) -> int:
    """How many rows of a table a project has; ``most`` is as far as it matters."""
    one = select(table.c.id).where(table.c.project_id == project_id)
    counted = (one if most is None else one.limit(most)).subquery()
    return int(tx.execute(select(func.count()).select_from(counted)).scalar_one())


def has_room(tx: Transaction, table: Table, project_id: str, more: int, most: int) -> bool:
    """Whether a project that gets ``more`` rows of a table then has no more than ``most``.

    Writers remember what they counted, and add what is made. What is removed they do not take off: where it would
    matter they count again, no further than ``most``.
    """
    known: int | None = tx.known(tally(table), project_id)
    if known is None or known + more > most:
        known = count(tx, table, project_id, most + 1)
    if known + more > most:
        return False
    tx.remember(tally(table), project_id, known)
    return True
