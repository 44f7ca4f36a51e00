"""Metering labels and their rules: the use cases.

They are kept and shown; nodes do not count traffic by them yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.metering import (
    MeteringLabel,
    MeteringRule,
    MeteringRuleChanges,
    NewMeteringLabel,
    NewMeteringRule,
    overlap,
)
from hawser.server.service import access
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import metering as rows
from hawser.server.store.tables.metering import label_table, labels, rule_table, rules

_FIELD = "remote_ip_prefix"


def create_labels(store: Store, caller: Caller, drafts: Sequence[NewMeteringLabel]) -> list[MeteringLabel]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make_label(tx, draft) for draft in drafts]


def get_label(store: Store, caller: Caller, id: str) -> MeteringLabel:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return _seen_label(tx, caller, id)


def search_labels(store: Store, caller: Caller, filters: Filters) -> list[MeteringLabel]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return labels.find(tx, *rows.labels_visible(caller), filters=filters)


def delete_label(store: Store, caller: Caller, id: str) -> None:
    """Remove it with its rules."""
    with store.write() as tx:
        _owned_label(tx, caller, id)
        labels.remove(tx, id)


def create_rules(store: Store, caller: Caller, drafts: Sequence[NewMeteringRule]) -> list[MeteringRule]:
    """Make all of them or none. `Conflict` (MeteringLabelRuleOverlaps) where traffic would count twice."""
    with store.write() as tx:
        return [_make_rule(tx, caller, draft) for draft in drafts]


def get_rule(store: Store, caller: Caller, id: str) -> MeteringRule:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return _seen_rule(tx, caller, id)


def search_rules(store: Store, caller: Caller, filters: Filters) -> list[MeteringRule]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return rules.find(tx, *rows.rules_visible(caller), filters=filters)


def update_rule(store: Store, caller: Caller, id: str, changes: MeteringRuleChanges) -> MeteringRule:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        rule = _seen_rule(tx, caller, id)
        _owned_label(tx, caller, rule.label_id)
        columns = said(changes)
        rule = replace(rule, **columns)
        _check_ends(rule)
        if columns:
            rules.set(tx, id, **columns)
        return rule


def delete_rule(store: Store, caller: Caller, id: str) -> None:
    """Remove it."""
    with store.write() as tx:
        rule = _seen_rule(tx, caller, id)
        _owned_label(tx, caller, rule.label_id)
        rules.remove(tx, id)


def _make_label(tx: Transaction, draft: NewMeteringLabel) -> MeteringLabel:
    label = MeteringLabel(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        shared=draft.shared,
    )
    labels.add(tx, label)
    return label


def _make_rule(tx: Transaction, caller: Caller, draft: NewMeteringRule) -> MeteringRule:
    label = _owned_label(tx, caller, draft.label_id)
    rule = MeteringRule(
        id=str(uuid4()),
        label_id=label.id,
        direction=draft.direction,
        excluded=draft.excluded,
        remote=draft.remote,
        source=draft.source,
        destination=draft.destination,
    )
    _check_ends(rule)
    if any(overlap(rule, other) for other in rules.find(tx, rule_table.c.label_id == label.id)):
        raise Conflict(
            f"Metering label rule with remote_ip_prefix '{rule.remote}' overlaps another.",
            "MeteringLabelRuleOverlaps",
        )
    rules.add(tx, rule)
    return rule


def _check_ends(rule: MeteringRule) -> None:
    ends = rule.source is not None or rule.destination is not None
    if rule.remote is not None and ends:
        raise BadInput(_FIELD, "source_ip_prefix or destination_ip_prefix is said too", kind="Invalid")
    if rule.remote is None and not ends:
        raise BadInput(
            _FIELD, "neither it nor source_ip_prefix nor destination_ip_prefix is said", kind="Invalid"
        )


def _seen_label(tx: Transaction, caller: Caller, id: str) -> MeteringLabel:
    found = labels.find(tx, label_table.c.id == id, *rows.labels_visible(caller))
    if not found:
        raise NotFound("metering_label", id)
    return found[0]


def _owned_label(tx: Transaction, caller: Caller, id: str) -> MeteringLabel:
    return access.owned(caller, _seen_label(tx, caller, id), "metering_label", id)


def _seen_rule(tx: Transaction, caller: Caller, id: str) -> MeteringRule:
    found = rules.find(tx, rule_table.c.id == id, *rows.rules_visible(caller))
    if not found:
        raise NotFound("metering_label_rule", id)
    return found[0]
