"""Security groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import bindparam, select

from hawser.base.errors import Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.defaultrule import PARENT, DefaultRule
from hawser.server.model.filters import Filters
from hawser.server.model.rbac import as_seen
from hawser.server.model.securitygroup import NewSecurityGroup, Rule, SecurityGroup, SecurityGroupChanges
from hawser.server.model.unset import UNSET, given
from hawser.server.service import access, defaultrule, quota, sharing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import securitygroup as rows
from hawser.server.store.tables.port import port_group_table
from hawser.server.store.tables.rbac import split_shared
from hawser.server.store.tables.securitygroup import group_table, groups

DEFAULT = "default"
_DEFAULT_GROUPS = "default_groups"
"""The noun by which the ids of default groups are remembered, by project."""
_DEFAULT_OF = select(group_table.c.id).where(group_table.c.default_of == bindparam("project_id"))


def create(store: Store, caller: Caller, draft: NewSecurityGroup) -> SecurityGroup:
    """Make one, with the rules that the default rules say."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewSecurityGroup]) -> list[SecurityGroup]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "security_group", [draft.project_id for draft in drafts])
        return [_make_named(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> SecurityGroup:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return as_seen(caller, access.seen_security_group(tx, caller, id))


def search(store: Store, caller: Caller, filters: Filters) -> list[SecurityGroup]:
    """Those that the caller sees and the filters match; the project's default group is among them."""
    _ensure_defaults(store, caller, filters)
    filters, shared = split_shared(caller, "security_group", group_table, filters)
    with store.read() as tx:
        found = groups.find(tx, *rows.visible(caller), *shared, filters=filters)
        return [as_seen(caller, group) for group in found]


def update(store: Store, caller: Caller, id: str, changes: SecurityGroupChanges) -> SecurityGroup:
    """Change what is said in ``changes``; the default group keeps its name, and no other takes it.

    `Conflict` (SecurityGroupInUse) where it would become stateful, or stateless, while ports are in it.
    """
    with store.write() as tx:
        group = access.owned_security_group(tx, caller, id)
        if changes.name is not UNSET and changes.name != group.name:
            _check_rename(group, changes.name)
        if given(changes.stateful, group.stateful) != group.stateful:
            _check_unused(tx, id)
        groups.change(tx, id, **said(changes))
        return as_seen(caller, access.owned_security_group(tx, caller, id))


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it with its rules. `Conflict` (SecurityGroupInUse) while ports are in it."""
    with store.write() as tx:
        group = access.owned_security_group(tx, caller, id)
        if group.default and not caller.is_admin:
            raise Conflict(
                "Insufficient rights for removing default security group.", "SecurityGroupCannotRemoveDefault"
            )
        _check_unused(tx, id)
        groups.remove(tx, id)
        tx.forget(_DEFAULT_GROUPS, group.project_id)
        defaultrule.forget_group(tx, id)
        if group.shared or group.shared_with:
            sharing.forget(tx, "security_group", id)


def ensure_default(tx: Transaction, project_id: str) -> str:
    """The id of a project's default group; it is made when the project is first heard of."""
    id = _default(tx, project_id)
    if id is not None:
        return id
    made = _make(tx, NewSecurityGroup(project_id, DEFAULT, "Default security group"), default=True)
    tx.remember(_DEFAULT_GROUPS, project_id, made.id)
    return made.id


def checked(tx: Transaction, caller: Caller, ids: Sequence[str]) -> tuple[str, ...]:
    """The groups with these ids, all of which the caller must see."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return ()
    columns = group_table.c
    seen = select(columns.id).where(columns.id.in_(wanted), *rows.visible(caller))
    found = set(tx.execute(seen).scalars())
    for id in wanted:
        if id not in found:
            raise access.missing("security_group", id)
    return wanted


def _default(tx: Transaction, project_id: str) -> str | None:
    def read() -> str | None:
        return tx.execute(_DEFAULT_OF, {"project_id": project_id}).scalar()

    return tx.recall(_DEFAULT_GROUPS, project_id, read)


def _check_rename(group: SecurityGroup, name: str) -> None:
    if group.default:
        raise Conflict(
            "Updating the default security group's name is not allowed.", "SecurityGroupCannotUpdateDefault"
        )
    _check_free(name)


def _make_named(tx: Transaction, draft: NewSecurityGroup) -> SecurityGroup:
    ensure_default(tx, draft.project_id)
    _check_free(draft.name)
    return _make(tx, draft, default=False)


def _ensure_defaults(store: Store, caller: Caller, filters: Filters) -> None:
    """Make the default groups that a list shall show: of the projects that it is about, else of the caller's."""
    asked = [str(each) for field, values in filters.where if field == "project_id" for each in values]
    with store.read() as tx:
        missing = [
            project_id
            for project_id in asked or [caller.project_id]
            if _can_own(project_id) and caller.owns(project_id) and _default(tx, project_id) is None
        ]
    if missing:
        with store.write() as tx:
            for project_id in missing:
                ensure_default(tx, project_id)


def _can_own(project_id: str) -> bool:
    """Whether there can be a project of this id: a filter may say anything."""
    return 0 < len(project_id) <= 255


def _check_free(name: str) -> None:
    if name.lower() == DEFAULT:
        raise Conflict("Default security group already exists.", "SecurityGroupDefaultAlreadyExists")


def _check_unused(tx: Transaction, id: str) -> None:
    members = select(port_group_table.c.port_id).where(port_group_table.c.security_group_id == id)
    if tx.execute(members.limit(1)).first() is not None:
        raise Conflict(f"Security Group {id} in use.", "SecurityGroupInUse")


def _make(tx: Transaction, draft: NewSecurityGroup, default: bool) -> SecurityGroup:
    id = str(uuid4())
    templates = defaultrule.of_new_group(tx, default)
    rules = [_rule(tx, draft.project_id, id, template, default) for template in templates]
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
        stateful=draft.stateful,
    )
    groups.add(tx, group)
    rows.rules.add_parts(tx, group.rules)
    return group


def _rule(tx: Transaction, project_id: str, group_id: str, template: DefaultRule, default: bool) -> Rule:
    return Rule(
        id=str(uuid4()),
        project_id=project_id,
        security_group_id=group_id,
        description="",
        direction=template.direction,
        ethertype=template.ethertype,
        protocol=template.protocol,
        port_range_min=template.port_range_min,
        port_range_max=template.port_range_max,
        remote_ip_prefix=template.remote_ip_prefix,
        remote_group_id=group_id if template.remote_group_id == PARENT else template.remote_group_id,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        remote_address_group_id=template.remote_address_group_id,
        belongs_to_default=default,
    )
