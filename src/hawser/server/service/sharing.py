"""Which nouns can be shared by RBAC policies, and how what policies say is kept with the things themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, select, true

from hawser.base.errors import Conflict
from hawser.server.model.rbac import EVERYBODY, EXTERNAL, SHARED, RbacPolicy
from hawser.server.store.session import Transaction
from hawser.server.store.tables.addressgroup import address_groups
from hawser.server.store.tables.addressscope import address_scopes
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.port import port_group_table, port_table
from hawser.server.store.tables.qos import qos_policies
from hawser.server.store.tables.rbac import policies, rbac_table, recipients
from hawser.server.store.tables.records import Records
from hawser.server.store.tables.router import router_table
from hawser.server.store.tables.securitygroup import groups, rule_table
from hawser.server.store.tables.subnet import subnet_table
from hawser.server.store.tables.subnetpool import subnet_pool_table, subnet_pools

Users = Callable[[Transaction, str], set[str]]
"""The projects that use the thing with an id in the way that an action lets them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A noun that can be shared: its records (their table has `sharing_columns`), and by action who uses one."""

    records: Records[Any]
    users: Mapping[str, Users]


def projects(*columns: tuple[ColumnElement[Any], ColumnElement[Any]]) -> Users:
    """`Users` as read from tables: of each pair, the column that names the project, and that of the thing's id."""

    def users(tx: Transaction, id: str) -> set[str]:
        found: set[str] = set()
        for project_id, used in columns:
            found.update(tx.execute(select(project_id).where(used == id).distinct()).scalars())
        return found - {""}

    return users


def _users_of_security_group(tx: Transaction, id: str) -> set[str]:
    """Whose ports are in a group, and whose rules are about it."""
    ports, rules = port_table.c, rule_table.c
    in_it = port_group_table.c.security_group_id == id, port_group_table.c.port_id == ports.id
    found = set(tx.execute(select(ports.project_id).where(*in_it).distinct()).scalars())
    return (found | projects((rules.project_id, rules.remote_group_id))(tx, id)) - {""}


KINDS: Mapping[str, Kind] = {
    "network": Kind(
        networks,
        {
            SHARED: projects((port_table.c.project_id, port_table.c.network_id)),
            EXTERNAL: projects(
                (router_table.c.project_id, router_table.c.gateway_network_id),
                (floating_ip_table.c.project_id, floating_ip_table.c.network_id),
            ),
        },
    ),
    "subnetpool": Kind(
        subnet_pools, {SHARED: projects((subnet_table.c.project_id, subnet_table.c.subnetpool_id))}
    ),
    "address_scope": Kind(
        address_scopes,
        {SHARED: projects((subnet_pool_table.c.project_id, subnet_pool_table.c.address_scope_id))},
    ),
    "qos_policy": Kind(
        qos_policies,
        {
            SHARED: projects(
                (network_table.c.project_id, network_table.c.qos_policy_id),
                (port_table.c.project_id, port_table.c.qos_policy_id),
                (floating_ip_table.c.project_id, floating_ip_table.c.qos_policy_id),
            ),
        },
    ),
    "security_group": Kind(groups, {SHARED: _users_of_security_group}),
    "address_group": Kind(
        address_groups, {SHARED: projects((rule_table.c.project_id, rule_table.c.remote_address_group_id))}
    ),
}
"""By object type, which is the noun in the singular."""


def open_to_all(tx: Transaction, object_type: str, id: str, project_id: str, action: str = SHARED) -> None:
    """Note that every project may see the thing; its own row says so already."""
    if EVERYBODY not in recipients(tx, object_type, id, action):
        policies.add(tx, RbacPolicy(str(uuid4()), project_id, object_type, id, EVERYBODY, action))


def close_to_all(tx: Transaction, object_type: str, thing: Any, action: str = SHARED) -> None:
    """Take that back; its own row says so already. `Conflict` (InvalidSharedSetting) where others need it."""
    columns = rbac_table.c
    if stranded(tx, object_type, thing, action, EVERYBODY):
        raise Conflict(
            f"Unable to reconfigure sharing settings for {object_type} {thing.id}. "
            "Multiple projects are using it.",
            "InvalidSharedSetting",
        )
    where = columns.object_id == thing.id, columns.action == action, columns.target == EVERYBODY
    tx.execute(delete(rbac_table).where(*where))


def forget(tx: Transaction, object_type: str, id: str, action: str | None = None) -> None:
    """Remove the policies of a thing, all or those of one action, whoever needs them."""
    columns = rbac_table.c
    of_action = columns.action == action if action else true()
    tx.execute(
        delete(rbac_table).where(columns.object_id == id, columns.object_type == object_type, of_action)
    )


def stranded(tx: Transaction, object_type: str, thing: Any, action: str, target: str) -> set[str]:
    """The projects that use a thing and, without the policy for ``target``, would no longer be let to."""
    left = set(recipients(tx, object_type, thing.id, action)) - {target}
    if EVERYBODY in left:
        return set()
    users = KINDS[object_type].users[action](tx, thing.id) - left
    if action == SHARED:
        users -= {thing.project_id}
    return users if target == EVERYBODY else users & {target}


def keep(tx: Transaction, object_type: str, id: str, action: str) -> None:
    """Repeat in the thing's own row what the policies say of it."""
    targets = recipients(tx, object_type, id, action)
    others = tuple(each for each in targets if each != EVERYBODY)
    to_all = EVERYBODY in targets
    records = KINDS[object_type].records
    if action == EXTERNAL:
        records.change(tx, id, external=bool(targets), external_to=() if to_all else others)
    else:
        records.change(tx, id, shared=to_all, shared_with=others)
