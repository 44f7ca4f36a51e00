"""Rules of QoS policies: the use cases. A rule is seen by who sees its policy, and changed by the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from hawser.base.errors import NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.qos import NewQosRule, QosRule, QosRuleChanges, RuleType, check_among
from hawser.server.service import access
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import qos as rows
from hawser.server.store.tables.qos import qos_policies, qos_rule_table, qos_rules


def create_many(store: Store, caller: Caller, drafts: Sequence[NewQosRule]) -> list[QosRule]:
    """Make all of them or none. `Conflict` (QoSRulesConflict) where the policy says that already."""
    with store.write() as tx:
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, type: RuleType, id: str) -> QosRule:
    """The one of ``type`` with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return _seen(tx, caller, type, id)


def search(store: Store, caller: Caller, type: RuleType, filters: Filters) -> list[QosRule]:
    """Those of ``type`` that the caller sees and the filters match."""
    with store.read() as tx:
        of_type = qos_rule_table.c.type == type
        return qos_rules.find(tx, of_type, *rows.rules_visible(caller), filters=filters)


def update(store: Store, caller: Caller, type: RuleType, id: str, changes: QosRuleChanges) -> QosRule:
    """Change what is said in ``changes``. `Conflict` as when it is made."""
    with store.write() as tx:
        rule = _seen(tx, caller, type, id)
        policy = access.owned_qos_policy(tx, caller, rule.policy_id)
        columns = said(changes)
        rule = replace(rule, **columns)
        check_among(rule, policy.rules)
        if columns:
            qos_rules.set(tx, id, **columns)
            qos_policies.change(tx, policy.id)
        return rule


def delete(store: Store, caller: Caller, type: RuleType, id: str) -> None:
    """Remove it."""
    with store.write() as tx:
        rule = _seen(tx, caller, type, id)
        access.owned_qos_policy(tx, caller, rule.policy_id)
        qos_rules.remove(tx, id)
        qos_policies.change(tx, rule.policy_id)


def _make(tx: Transaction, caller: Caller, draft: NewQosRule) -> QosRule:
    policy = access.owned_qos_policy(tx, caller, draft.policy_id)
    rule = QosRule(
        id=str(uuid4()),
        policy_id=policy.id,
        type=draft.type,
        direction=draft.direction,
        amount=draft.amount,
        burst=draft.burst,
    )
    check_among(rule, policy.rules)
    qos_rules.add(tx, rule)
    qos_policies.change(tx, policy.id)
    return rule


def _seen(tx: Transaction, caller: Caller, type: RuleType, id: str) -> QosRule:
    found = qos_rules.find(tx, qos_rule_table.c.id == id, *rows.rules_visible(caller))
    if not found or found[0].type != type:
        raise NotFound("qos_rule", id)
    return found[0]
