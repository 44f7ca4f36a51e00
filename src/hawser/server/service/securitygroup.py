"""Security groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import bindparam, insert, select

from hawser.base.errors import Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.securitygroup import NewSecurityGroup, Rule, SecurityGroup, SecurityGroupChanges
from hawser.server.model.unset import UNSET
from hawser.server.service import access, quota
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import securitygroup as rows
from hawser.server.store.tables.port import port_group_table
from hawser.server.store.tables.securitygroup import group_table, groups, rule_table

DEFAULT = "default"
_DEFAULT_OF = select(group_table.c.id).where(group_table.c.default_of == bindparam("project_id"))


def create(store: Store, caller: Caller, draft: NewSecurityGroup) -> SecurityGroup:
    """Make one, with rules that let all egress through."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewSecurityGroup]) -> list[SecurityGroup]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "security_group", [draft.project_id for draft in drafts])
        return [_make_named(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> SecurityGroup:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return access.owned_security_group(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[SecurityGroup]:
    """Those that the caller sees and the filters match; the project's default group is among them."""
    with store.read() as tx:
        missing = caller.project_id and _default(tx, caller.project_id) is None
    if missing:
        with store.write() as tx:
            ensure_default(tx, caller.project_id)
    with store.read() as tx:
        return groups.find(tx, *rows.visible(caller), filters=filters)


def update(store: Store, caller: Caller, id: str, changes: SecurityGroupChanges) -> SecurityGroup:
    """Change what is said in ``changes``; the default group keeps its name, and no other takes it."""
    with store.write() as tx:
        group = access.owned_security_group(tx, caller, id)
        if changes.name is not UNSET and changes.name != group.name:
            _check_rename(group, changes.name)
        groups.change(tx, id, **said(changes))
        return access.owned_security_group(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it with its rules. `Conflict` (SecurityGroupInUse) while ports are in it."""
    with store.write() as tx:
        group = access.owned_security_group(tx, caller, id)
        if group.default and not caller.is_admin:
            raise Conflict(
                "Insufficient rights for removing default security group.", "SecurityGroupCannotRemoveDefault"
            )
        members = select(port_group_table.c.port_id).where(port_group_table.c.security_group_id == id)
        if tx.execute(members.limit(1)).first() is not None:
            raise Conflict(f"Security Group {id} in use.", "SecurityGroupInUse")
        groups.remove(tx, id)


def ensure_default(tx: Transaction, project_id: str) -> str:
    """The id of a project's default group; it is made when the project is first heard of."""
    id = _default(tx, project_id)
    if id is not None:
        return id
    return _make(tx, NewSecurityGroup(project_id, DEFAULT, "Default security group"), default=True).id


def checked(tx: Transaction, caller: Caller, ids: Sequence[str]) -> tuple[str, ...]:
    """The groups with these ids, all of which the caller must own."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return ()
    columns = group_table.c
    found = {
        row[0]: row[1]
        for row in tx.execute(select(columns.id, columns.project_id).where(columns.id.in_(wanted)))
    }
    for id in wanted:
        if id not in found or not caller.owns(found[id]):
            raise access.missing("security_group", id)
    return wanted


def _default(tx: Transaction, project_id: str) -> str | None:
    found = tx.execute(_DEFAULT_OF, {"project_id": project_id}).scalar()
    return None if found is None else str(found)


def _check_rename(group: SecurityGroup, name: str) -> None:
    if group.default:
        raise Conflict(
            "Updating the default security group's name is not allowed.", "SecurityGroupCannotUpdateDefault"
        )
    if name == DEFAULT:
        raise Conflict("Default security group already exists.", "SecurityGroupDefaultAlreadyExists")


def _make_named(tx: Transaction, draft: NewSecurityGroup) -> SecurityGroup:
    ensure_default(tx, draft.project_id)
    if draft.name == DEFAULT:
        raise Conflict("Default security group already exists.", "SecurityGroupDefaultAlreadyExists")
    return _make(tx, draft, default=False)


def _make(tx: Transaction, draft: NewSecurityGroup, default: bool) -> SecurityGroup:
    id = str(uuid4())
    rules = [_rule(tx, draft, id, "egress", ethertype) for ethertype in ("IPv4", "IPv6")]
    if default:
        rules += [
            _rule(tx, draft, id, "ingress", ethertype, remote_group_id=id) for ethertype in ("IPv4", "IPv6")
        ]
    group = SecurityGroup(
        id=id,
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        default=default,
        rules=tuple(sorted(rules, key=lambda rule: rule.id)),
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    groups.add(tx, group)
    tx.execute(insert(rule_table), [rows.rule_row(rule) for rule in group.rules])
    return group


def _rule(
    tx: Transaction,
    draft: NewSecurityGroup,
    group_id: str,
    direction: str,
    ethertype: str,
    *,
    remote_group_id: str | None = None,
) -> Rule:
    return Rule(
        id=str(uuid4()),
        project_id=draft.project_id,
        security_group_id=group_id,
        description="",
        direction=direction,
        ethertype=ethertype,
        protocol=None,
        port_range_min=None,
        port_range_max=None,
        remote_ip_prefix=None,
        remote_group_id=remote_group_id,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
