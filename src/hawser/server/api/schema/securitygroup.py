"""Security groups and their rules: attributes (neutron-lib lacks them), and the way to the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters

from hawser.base.errors import BadInput
from hawser.server.api.attributes import OWNER, Definition, Values, read_only, table, text
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    canonical_network,
    fields,
    given,
    network,
    standard,
)
from hawser.server.model.securitygroup import (
    NewRule,
    NewSecurityGroup,
    Rule,
    SecurityGroup,
    SecurityGroupChanges,
)

_OWNED: Definition = {
    "id": read_only(),
    OWNER: {"allow_post": True, "allow_put": False, "validate": {"type:string": 255}},
}


def _on_create(default: object = None, **more: object) -> Mapping[str, Any]:
    return {"allow_post": True, "allow_put": False, "default": default, **more}


def _ethertype(value: object) -> str:
    names = {"ipv4": "IPv4", "ipv6": "IPv6"}
    found = names.get(str(value).lower())
    if found is None:
        raise BadInput("ethertype", f"'{value}' is not known", "Use IPv4 or IPv6.")
    return found


def _protocol(value: object) -> str | None:
    """A protocol's name in lower case, or its number as text; "any", in any writing, is none."""
    if value is None or isinstance(value, bool) or not isinstance(value, str | int):
        if value is None:
            return None
        raise BadInput("protocol", f"'{value}' is neither a name nor a number")
    name = str(value).strip().lower()
    return None if name in ("", "any") else name


ATTRIBUTES = table(
    "security_group",
    "security_groups",
    (),
    STANDARD | TAGGED | _OWNED | {"name": text(), "security_group_rules": read_only()},
)
FIELDS: Mapping[str, Field] = {**STANDARD_FIELDS, **fields(str, "name")}

RULE_ATTRIBUTES = table(
    "security_group_rule",
    "security_group_rules",
    (),
    STANDARD
    | _OWNED
    | {
        "description": _on_create("", validate={"type:string": 255}),
        "security_group_id": {"allow_post": True, "allow_put": False, "validate": {"type:uuid": None}},
        "direction": {
            "allow_post": True,
            "allow_put": False,
            "validate": {"type:values": ["ingress", "egress"]},
        },
        "ethertype": _on_create("IPv4", convert_to=_ethertype),
        "protocol": _on_create(convert_to=_protocol),
        "port_range_min": _on_create(convert_to=converters.convert_to_int_if_not_none),
        "port_range_max": _on_create(convert_to=converters.convert_to_int_if_not_none),
        "remote_group_id": _on_create(validate={"type:string_or_none": 255}),
        "remote_ip_prefix": _on_create(validate={"type:string_or_none": 64}),
    },
)
RULE_FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "security_group_id", "direction", "ethertype", "protocol", "remote_group_id"),
    **fields(int, "port_range_min", "port_range_max"),
    **fields(canonical_network, "remote_ip_prefix"),
}


def new(values: Values, project_id: str) -> NewSecurityGroup:
    """What a create asks for."""
    return NewSecurityGroup(project_id=project_id, **given(values, "name", "description"))


def changes(values: Values) -> SecurityGroupChanges:
    """What an update asks for."""
    return SecurityGroupChanges(**given(values, "name", "description"))


def view(group: SecurityGroup) -> Shown:
    """What a response shows."""
    return standard(group) | {
        "name": group.name,
        "security_group_rules": [rule_view(rule) for rule in group.rules],
    }


def new_rule(values: Values, project_id: str) -> NewRule:
    """What the create of a rule asks for."""
    prefix = values["remote_ip_prefix"]
    return NewRule(
        project_id=project_id,
        remote_ip_prefix=network("remote_ip_prefix", prefix) if prefix is not None else None,
        **given(
            values,
            "security_group_id",
            "direction",
            "ethertype",
            "description",
            "protocol",
            "port_range_min",
            "port_range_max",
            "remote_group_id",
        ),
    )


def rule_view(rule: Rule) -> Shown:
    """What a response shows of a rule."""
    return standard(rule) | {
        "security_group_id": rule.security_group_id,
        "direction": rule.direction,
        "ethertype": rule.ethertype,
        "protocol": rule.protocol,
        "port_range_min": rule.port_range_min,
        "port_range_max": rule.port_range_max,
        "remote_ip_prefix": str(rule.remote_ip_prefix) if rule.remote_ip_prefix else None,
        "remote_group_id": rule.remote_group_id,
    }
