"""Default security group rules: the use cases, and what a new group gets of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import delete as delete_rows

from hawser.base.errors import Conflict
from hawser.server.model import rulecheck
from hawser.server.model.caller import Caller
from hawser.server.model.defaultrule import PARENT, DefaultRule, NewDefaultRule
from hawser.server.model.filters import Filters
from hawser.server.service import access
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables.defaultrule import default_rule_table, default_rules


def create_many(store: Store, caller: Caller, drafts: Sequence[NewDefaultRule]) -> list[DefaultRule]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> DefaultRule:
    """The one with this id."""
    with store.read() as tx:
        return _there(tx, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[DefaultRule]:
    """Those that the filters match."""
    with store.read() as tx:
        return default_rules.find(tx, filters=filters)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it; the rules that were made by it stay."""
    with store.write() as tx:
        _there(tx, id)
        default_rules.remove(tx, id)


def of_new_group(tx: Transaction, default: bool) -> list[DefaultRule]:
    """What a new group gets, a project's default one or another."""
    columns = default_rule_table.c
    return default_rules.find(tx, columns.used_in_default_sg if default else columns.used_in_non_default_sg)


def forget_group(tx: Transaction, group_id: str) -> None:
    """Remove those that are about a security group that goes."""
    tx.execute(delete_rows(default_rule_table).where(default_rule_table.c.remote_group_id == group_id))


def _there(tx: Transaction, id: str) -> DefaultRule:
    return access.existing(default_rules.get(tx, id), "default_security_group_rule", id)


def _make(tx: Transaction, caller: Caller, draft: NewDefaultRule) -> DefaultRule:
    rulecheck.check(draft)
    if draft.remote_group_id not in (None, PARENT):
        access.seen_security_group(tx, caller, str(draft.remote_group_id))
    if draft.remote_address_group_id is not None:
        access.seen_address_group(tx, caller, draft.remote_address_group_id)
    _check_unique(tx, draft)
    rule = DefaultRule(
        id=str(uuid4()),
        description=draft.description,
        direction=draft.direction,
        ethertype=draft.ethertype,
        protocol=rulecheck.canonical(draft.protocol, draft.ethertype),
        port_range_min=draft.port_range_min,
        port_range_max=draft.port_range_max,
        remote_ip_prefix=draft.remote_ip_prefix,
        remote_group_id=draft.remote_group_id,
        remote_address_group_id=draft.remote_address_group_id,
        used_in_default_sg=draft.used_in_default_sg,
        used_in_non_default_sg=draft.used_in_non_default_sg,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    default_rules.add(tx, rule)
    return rule


def _check_unique(tx: Transaction, draft: NewDefaultRule) -> None:
    """No new group may get a rule twice."""
    together = [
        other
        for other in default_rules.find(tx)
        if (draft.used_in_default_sg and other.used_in_default_sg)
        or (draft.used_in_non_default_sg and other.used_in_non_default_sg)
    ]
    if other := rulecheck.equal(draft, together):
        raise Conflict(
            f"Default Security group rule already exists. Rule id is {other.id}.",
            "DefaultSecurityGroupRuleExists",
        )
