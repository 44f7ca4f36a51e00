"""Rules of security groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from hawser.base.errors import Conflict
from hawser.server.model import rulecheck
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.securitygroup import NewRule, Rule, SecurityGroup
from hawser.server.service import access, quota
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import securitygroup as rows
from hawser.server.store.tables.securitygroup import groups, rules


def create(store: Store, caller: Caller, draft: NewRule) -> Rule:
    """Make one."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewRule]) -> list[Rule]:
    """Make all of them or none. `Conflict` (SecurityGroupRuleExists) where there is an equal one."""
    with store.write() as tx:
        quota.demand(tx, "security_group_rule", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> Rule:
    """The one with this id."""
    with store.read() as tx:
        return access.owned(caller, rules.get(tx, id), "security_group_rule", id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Rule]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return rules.find(tx, *rows.rules_visible(caller), filters=filters)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it."""
    with store.write() as tx:
        rule = access.owned(caller, rules.get(tx, id), "security_group_rule", id)
        rules.remove(tx, id)
        groups.change(tx, rule.security_group_id)


def _make(tx: Transaction, caller: Caller, draft: NewRule) -> Rule:
    rulecheck.check(draft)
    group_id = draft.security_group_id
    group = access.owned_security_group(tx, caller, group_id)
    if draft.remote_group_id is not None:
        access.owned_security_group(tx, caller, draft.remote_group_id)
    rule = Rule(
        id=str(uuid4()),
        project_id=draft.project_id,
        security_group_id=group.id,
        description=draft.description,
        direction=draft.direction,
        ethertype=draft.ethertype,
        protocol=draft.protocol,
        port_range_min=draft.port_range_min,
        port_range_max=draft.port_range_max,
        remote_ip_prefix=draft.remote_ip_prefix,
        remote_group_id=draft.remote_group_id,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _check_new(group, rule)
    rules.add(tx, rule)
    groups.change(tx, group.id)
    return rule


def _check_new(group: SecurityGroup, rule: Rule) -> None:
    for other in group.rules:
        if _meaning(other) == _meaning(rule):
            raise Conflict(
                f"Security group rule already exists. Rule id is {other.id}.", "SecurityGroupRuleExists"
            )


def _meaning(rule: Rule) -> tuple[object, ...]:
    """What a rule lets through: two that agree in it are one."""
    protocol = None if rule.protocol is None else rulecheck.number(rule.protocol)
    ports = rule.port_range_min, rule.port_range_max
    return rule.direction, rule.ethertype, protocol, ports, rule.remote_ip_prefix, rule.remote_group_id
