"""Rules of security groups: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from hawser.base.errors import BadInput, Conflict
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
        _check_together(drafts)
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> Rule:
    """The one with this id."""
    with store.read() as tx:
        return access.seen_rule(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Rule]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return rules.find(tx, *rows.rules_visible(caller), filters=filters)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it."""
    with store.write() as tx:
        rule = access.owned_rule(tx, caller, id)
        rules.remove(tx, id)
        groups.change(tx, rule.security_group_id)


def _make(tx: Transaction, caller: Caller, draft: NewRule) -> Rule:
    rulecheck.check(draft)
    group_id = draft.security_group_id
    group = access.owned_security_group(tx, caller, group_id)
    if draft.remote_group_id is not None:
        access.seen_security_group(tx, caller, draft.remote_group_id)
    if draft.remote_address_group_id is not None:
        access.seen_address_group(tx, caller, draft.remote_address_group_id)
    rule = Rule(
        id=str(uuid4()),
        project_id=draft.project_id,
        security_group_id=group.id,
        description=draft.description,
        direction=draft.direction,
        ethertype=draft.ethertype,
        protocol=rulecheck.canonical(draft.protocol, draft.ethertype),
        port_range_min=draft.port_range_min,
        port_range_max=draft.port_range_max,
        remote_ip_prefix=draft.remote_ip_prefix,
        remote_group_id=draft.remote_group_id,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        remote_address_group_id=draft.remote_address_group_id,
        belongs_to_default=group.default,
    )
    _check_new(group, rule)
    rules.add(tx, rule)
    groups.change(tx, group.id)
    return rule


def _check_together(drafts: Sequence[NewRule]) -> None:
    """Rules that are made at once are of one group, of one project, and differ."""
    if len({draft.security_group_id for draft in drafts}) > 1:
        raise BadInput(
            "security_group_id",
            "rules that are made together must be of one group",
            kind="SecurityGroupNotSingleGroupRules",
        )
    if len({draft.project_id for draft in drafts}) > 1:
        raise BadInput(
            "project_id",
            "rules that are made together must be of one project",
            kind="SecurityGroupRulesNotSingleTenant",
        )
    if len(drafts) > 1 and len({rulecheck.meaning(draft) for draft in drafts}) < len(drafts):
        raise Conflict("Duplicate Security Group Rule in POST.", "DuplicateSecurityGroupRuleInPost")


def _check_new(group: SecurityGroup, rule: Rule) -> None:
    if other := rulecheck.equal(rule, group.rules):
        raise Conflict(
            f"Security group rule already exists. Rule id is {other.id}.", "SecurityGroupRuleExists"
        )
