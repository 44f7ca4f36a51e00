"""Nouns about quality, aggregation and accounting: QoS policies and rules, trunks, metering."""

from __future__ import annotations

from hawser.server.api.resource import Create, Parent, Resource, Update
from hawser.server.api.schema import metering as metering_schema
from hawser.server.api.schema import qos as qos_schema
from hawser.server.api.schema import trunk as trunk_schema
from hawser.server.api.schema.qos import RuleSchema
from hawser.server.service import metering, qos, qosrule, trunk

POLICIES = Resource(
    "policies",
    qos_schema.ATTRIBUTES,
    qos_schema.FIELDS,
    qos_schema.view,
    qos.search,
    qos.get,
    Create(qos_schema.new, qos.create_many),
    Update(qos_schema.changes, qos.update),
    qos.delete,
    path="qos/policies",
    table="qos_policies",
)
_POLICY = Parent("policy_id", qos.get, "policy")


def _rules(rule: RuleSchema) -> Resource:
    """The rules of one type, within their policies."""
    return Resource(
        f"{rule.singular}s",
        rule.attributes,
        rule.fields,
        rule.view,
        lambda store, caller, filters: qosrule.search(store, caller, rule.type, filters),
        lambda store, caller, id: qosrule.get(store, caller, rule.type, id),
        Create(rule.new, qosrule.create_many),
        _update(rule),
        lambda store, caller, id: qosrule.delete(store, caller, rule.type, id),
        path=f"qos/policies/{{parent_id}}/{rule.singular}s",
        table="qos_rules",
        parent=_POLICY,
    )


def _aliases(rule: RuleSchema) -> Resource:
    """The rules of one type, addressed without their policies."""
    return Resource(
        f"alias_{rule.singular}s",
        rule.alias_attributes,
        rule.fields,
        rule.view,
        lambda store, caller, filters: qosrule.search(store, caller, rule.type, filters),
        lambda store, caller, id: qosrule.get(store, caller, rule.type, id),
        update=_update(rule),
        delete=lambda store, caller, id: qosrule.delete(store, caller, rule.type, id),
        path=f"qos/alias-{rule.singular.replace('_', '-')}s",
        table="qos_rules",
    )


def _update(rule: RuleSchema) -> Update:
    return Update(
        rule.changes, lambda store, caller, id, changes: qosrule.update(store, caller, rule.type, id, changes)
    )


RULES = tuple(_rules(rule) for rule in qos_schema.RULES.values())
RULE_ALIASES = tuple(_aliases(qos_schema.RULES[type]) for type in qos_schema.ALIASED)
TRUNKS = Resource(
    "trunks",
    trunk_schema.ATTRIBUTES,
    trunk_schema.FIELDS,
    trunk_schema.view,
    trunk.search,
    trunk.get,
    Create(trunk_schema.new, trunk.create_many),
    Update(trunk_schema.changes, trunk.update),
    trunk.delete,
)
METERING_LABELS = Resource(
    "metering_labels",
    metering_schema.LABEL_ATTRIBUTES,
    metering_schema.LABEL_FIELDS,
    metering_schema.label_view,
    metering.search_labels,
    metering.get_label,
    Create(metering_schema.new_label, metering.create_labels),
    delete=metering.delete_label,
    path="metering/metering-labels",
)
METERING_RULES = Resource(
    "metering_label_rules",
    metering_schema.RULE_ATTRIBUTES,
    metering_schema.RULE_FIELDS,
    metering_schema.rule_view,
    metering.search_rules,
    metering.get_rule,
    Create(metering_schema.new_rule, metering.create_rules),
    Update(metering_schema.rule_changes, metering.update_rule),
    metering.delete_rule,
    path="metering/metering-label-rules",
    table="metering_rules",
)

ALL: tuple[Resource, ...] = (POLICIES, *RULES, *RULE_ALIASES, TRUNKS, METERING_LABELS, METERING_RULES)
