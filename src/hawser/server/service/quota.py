"""Quotas: how many things of each kind a project may have, held whenever one is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Table

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.quota import NO_LIMIT, Usage
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import quota as rows
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.network import network_table
from hawser.server.store.tables.port import port_table
from hawser.server.store.tables.rbac import rbac_table
from hawser.server.store.tables.router import router_table
from hawser.server.store.tables.securitygroup import group_table, rule_table
from hawser.server.store.tables.subnet import subnet_table
from hawser.server.store.tables.subnetpool import subnet_pool_table
from hawser.server.store.tables.trunk import trunk_table

TABLES: Mapping[str, Table] = {
    "network": network_table,
    "subnet": subnet_table,
    "subnetpool": subnet_pool_table,
    "port": port_table,
    "router": router_table,
    "floatingip": floating_ip_table,
    "security_group": group_table,
    "security_group_rule": rule_table,
    "rbac_policy": rbac_table,
    "trunk": trunk_table,
}
"""What is counted: a row of each of these tables belongs to a project."""


def demand(tx: Transaction, resource: str, project_ids: Iterable[str]) -> None:
    """`Conflict` (OverQuota) where one more for each of ``project_ids`` (one may come several times) is too many.

    What is the network's own (project "") is not counted.
    """
    for project_id, more in Counter(project_ids).items():
        most = _limit(tx, resource, project_id)
        limited = project_id and most != NO_LIMIT
        if limited and not rows.has_room(tx, TABLES[resource], project_id, more, most):
            raise Conflict(
                f"Quota exceeded for resources: ['{resource}']. Project {project_id} may have {most}.",
                "OverQuota",
            )


def limits(store: Store, project_id: str) -> Mapping[str, int]:
    """The quotas of a project by resource."""
    with store.read() as tx:
        return _limits(tx, project_id)


def defaults(store: Store) -> Mapping[str, int]:
    """The quotas of a project for which none were set."""
    return {name: store.settings.quotas[name] for name in TABLES}


def usages(store: Store, project_id: str) -> Mapping[str, Usage]:
    """The quotas of a project with what it has."""
    with store.read() as tx:
        most = _limits(tx, project_id)
        return {name: Usage(most[name], rows.count(tx, table, project_id)) for name, table in TABLES.items()}


def customised(store: Store) -> Mapping[str, Mapping[str, int]]:
    """The quotas of the projects for which some were set."""
    with store.read() as tx:
        return {project_id: {**defaults(store), **own} for project_id, own in rows.of_all(tx).items()}


def update(
    store: Store, project_id: str, wanted: Mapping[str, int], check_used: bool = False
) -> Mapping[str, int]:
    """Set some. With ``check_used`` none may be lower than what the project has: else `BadInput`."""
    with store.write() as tx:
        for name, most in wanted.items():
            if check_used and most != NO_LIMIT and (used := rows.count(tx, TABLES[name], project_id)) > most:
                raise BadInput(name, f"{most} is less than the {used} that project {project_id} has")
        rows.put(tx, project_id, wanted)
        return _limits(tx, project_id)


def reset(store: Store, project_id: str) -> None:
    """Have the configured quotas hold again."""
    with store.write() as tx:
        rows.remove(tx, project_id)


def _limits(tx: Transaction, project_id: str) -> dict[str, int]:
    own = rows.of_project(tx, project_id)
    return {name: own.get(name, tx.settings.quotas[name]) for name in TABLES}


def _limit(tx: Transaction, resource: str, project_id: str) -> int:
    own = tx.recall(rows.NOUN, rows.key(project_id), lambda: rows.of_project(tx, project_id))
    return own.get(resource, tx.settings.quotas[resource])
