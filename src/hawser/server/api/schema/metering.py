"""Metering labels and rules: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import metering

from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import (
    Field,
    Shown,
    boolean,
    canonical_network,
    fields,
    given,
    network,
)
from hawser.server.model.metering import (
    MeteringLabel,
    MeteringRule,
    MeteringRuleChanges,
    NewMeteringLabel,
    NewMeteringRule,
)


def _prefix(changed: bool) -> Mapping[str, Any]:
    return {
        "allow_post": True,
        "allow_put": changed,
        "default": None,
        "validate": {"type:string_or_none": 64},
    }


_ENDS = {"source": "source_ip_prefix", "destination": "destination_ip_prefix"}
_PREFIXES = {"remote": "remote_ip_prefix"} | _ENDS
LABEL_ATTRIBUTES = table("metering_label", "metering_labels", (metering,), {})
LABEL_FIELDS: Mapping[str, Field] = {
    **fields(str, "id", "project_id", "name", "description", tenant_id="project_id"),
    **fields(boolean, "shared"),
}
# neutron-lib has the prefixes of a rule where it has those of a noun within another: they are said again.
RULE_ATTRIBUTES = table(
    "metering_label_rule",
    "metering_label_rules",
    (metering,),
    {name: _prefix(changed=field in _ENDS) for field, name in _PREFIXES.items()},
)
RULE_FIELDS: Mapping[str, Field] = {
    **fields(str, "id", "direction", metering_label_id="label_id"),
    **fields(boolean, "excluded"),
    **{name: Field(field, canonical_network) for field, name in _PREFIXES.items()},
}


def new_label(values: Values, project_id: str) -> NewMeteringLabel:
    """What a create asks for."""
    return NewMeteringLabel(project_id, **given(values, "name", "description", "shared"))


def label_view(label: MeteringLabel) -> Shown:
    """What a response shows."""
    return {
        "id": label.id,
        "tenant_id": label.project_id,
        "project_id": label.project_id,
        "name": label.name,
        "description": label.description,
        "shared": label.shared,
    }


def new_rule(values: Values, _project_id: str) -> NewMeteringRule:
    """What the create of a rule asks for."""
    return NewMeteringRule(
        values["metering_label_id"],
        **given(values, "direction", "excluded"),
        **_networks(values, _PREFIXES),
    )


def rule_changes(values: Values) -> MeteringRuleChanges:
    """What an update of a rule asks for."""
    return MeteringRuleChanges(**_networks(values, _ENDS))


def rule_view(rule: MeteringRule) -> Shown:
    """What a response shows of a rule."""
    prefixes = {name: getattr(rule, field) for field, name in _PREFIXES.items()}
    return {
        "id": rule.id,
        "metering_label_id": rule.label_id,
        "direction": rule.direction,
        "excluded": rule.excluded,
        **{name: None if prefix is None else str(prefix) for name, prefix in prefixes.items()},
    }


def _networks(values: Values, names: Mapping[str, str]) -> Mapping[str, Any]:
    """What ``values`` hold of prefixes, by the model's field names; an empty text is none."""
    said = {field: (name, values[name]) for field, name in names.items() if name in values}
    return {field: network(name, value) if value else None for field, (name, value) in said.items()}
