"""QoS policies and rules: attributes, and the way between them and the model's values.

A rule's type decides the names of its attributes; `RULES` says which they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neutron_lib.api.definitions import (
    qos,
    qos_bw_limit_direction,
    qos_bw_minimum_ingress,
    qos_default,
    qos_pps_minimum_rule,
    qos_pps_minimum_rule_alias,
    qos_pps_rule,
    qos_rule_type_details,
    qos_rule_type_filter,
    qos_rules_alias,
)

from hawser.server.api.attributes import AttributeTable, Definition, Values, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    boolean,
    fields,
    given,
    standard,
)
from hawser.server.model.qos import (
    NewQosPolicy,
    NewQosRule,
    QosPolicy,
    QosPolicyChanges,
    QosRule,
    QosRuleChanges,
    RuleType,
)

ATTRIBUTES = table("policy", "policies", (qos, qos_default), STANDARD | TAGGED)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name"),
    **fields(boolean, "shared", "is_default"),
}
RULE_TYPE_ATTRIBUTES = table(
    "rule_type", "rule_types", (qos, qos_rule_type_details, qos_rule_type_filter), {}
)
_DRIVER = "linuxbridge"
_DEFINITIONS = (qos, qos_pps_rule, qos_pps_minimum_rule, qos_bw_limit_direction, qos_bw_minimum_ingress)
_ALIASES = (qos_rules_alias, qos_pps_minimum_rule_alias)


@dataclass(frozen=True, slots=True)
class RuleSchema:
    """The attributes of rules of one type: the one that holds the amount, and those that are there besides."""

    type: RuleType
    amount: str
    burst: str = ""
    directed: bool = True

    @property
    def singular(self) -> str:
        """The name of a rule in bodies."""
        return f"{self.type}_rule"

    @property
    def names(self) -> Mapping[str, str]:
        """The attributes by the model's fields."""
        burst = {"burst": self.burst} if self.burst else {}
        return {"amount": self.amount} | burst | ({"direction": "direction"} if self.directed else {})

    @property
    def attributes(self) -> AttributeTable:
        """What a rule within its policy has."""
        return table(self.singular, "", (), self._defined())

    @property
    def alias_attributes(self) -> AttributeTable:
        """What a rule has that is addressed without its policy."""
        singular = f"alias_{self.singular}"
        return table(singular, f"{singular}s", _ALIASES, {})

    @property
    def fields(self) -> Mapping[str, Field]:
        """What the store filters and sorts by."""
        numbers = {name: Field(field, int) for field, name in self.names.items() if field != "direction"}
        return fields(str, "id") | numbers | (fields(str, "direction") if self.directed else {})

    def new(self, values: Values, _project_id: str) -> NewQosRule:
        """What a create asks for; ``values`` hold the policy's id as ``policy_id``."""
        return NewQosRule(values["policy_id"], self.type, **given(values, **self.names))

    def changes(self, values: Values) -> QosRuleChanges:
        """What an update asks for."""
        return QosRuleChanges(**given(values, **self.names))

    def view(self, rule: QosRule) -> Shown:
        """What a response shows."""
        return {"id": rule.id} | {name: getattr(rule, field) for field, name in self.names.items()}

    def type_view(self) -> Shown:
        """What a response shows of the type itself: who has it, and the values that its attributes take."""
        defined = self._defined()
        parameters = [_parameter(name, defined[name]) for name in self.names.values()]
        return {"type": self.type.value, "drivers": [{"name": _DRIVER, "supported_parameters": parameters}]}

    def _defined(self) -> Definition:
        merged: Definition = {}
        for definition in _DEFINITIONS:
            found = definition.SUB_RESOURCE_ATTRIBUTE_MAP.get(f"{self.singular}s", {})
            merged.update(found.get("parameters", {}))
        return merged


RULES: Mapping[RuleType, RuleSchema] = {
    each.type: each
    for each in (
        RuleSchema(RuleType.BANDWIDTH_LIMIT, "max_kbps", "max_burst_kbps"),
        RuleSchema(RuleType.DSCP_MARKING, "dscp_mark", directed=False),
        RuleSchema(RuleType.MINIMUM_BANDWIDTH, "min_kbps"),
        RuleSchema(RuleType.MINIMUM_PACKET_RATE, "min_kpps"),
        RuleSchema(RuleType.PACKET_RATE_LIMIT, "max_kpps", "max_burst_kpps"),
    )
}
ALIASED = tuple(each for each in RuleType if each != RuleType.PACKET_RATE_LIMIT)
"""The types whose rules can be addressed without their policy."""


def new(values: Values, project_id: str) -> NewQosPolicy:
    """What a create asks for."""
    return NewQosPolicy(project_id=project_id, **given(values, "name", "description", "shared", "is_default"))


def changes(values: Values) -> QosPolicyChanges:
    """What an update asks for."""
    return QosPolicyChanges(**given(values, "name", "description", "shared", "is_default"))


def view(policy: QosPolicy) -> Shown:
    """What a response shows."""
    return standard(policy) | {
        "name": policy.name,
        "shared": policy.shared,
        "is_default": policy.is_default,
        "rules": [
            {**RULES[rule.type].view(rule), "qos_policy_id": policy.id, "type": rule.type.value}
            for rule in policy.rules
        ],
    }


def _parameter(name: str, definition: Mapping[str, object]) -> Shown:
    checks = definition["validate"]
    assert isinstance(checks, dict)
    if "type:range" in checks:
        start, end = checks["type:range"]
        return {
            "parameter_name": name,
            "parameter_type": "range",
            "parameter_values": {"start": start, "end": end},
        }
    values = list(checks["type:values"])
    return {"parameter_name": name, "parameter_type": "choices", "parameter_values": values}
