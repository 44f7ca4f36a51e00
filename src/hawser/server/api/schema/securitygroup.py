"""Security groups and their rules: attributes (neutron-lib lacks them), and the way to the values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from ipaddress import ip_interface
from typing import Any

from neutron_lib.api.definitions import (
    security_groups_normalized_cidr,
    security_groups_rules_belongs_to_default_sg,
    stateful_security_group,
)

from hawser.base.addresses import Interface
from hawser.base.errors import BadInput
from hawser.server.api.attributes import OWNER, Definition, Values, read_only, table, text
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
from hawser.server.model import rulecheck
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
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadInput(
            "protocol", "it is neither a name nor a number", kind="SecurityGroupRuleInvalidProtocol"
        )
    name = str(value).strip().lower()
    if name in ("", "any"):
        return None
    rulecheck.number(name)
    return name


def _port(name: str, value: object) -> int | None:
    """The value of attribute ``name``: a port, or an ICMP type or code."""
    if value is None:
        return None
    text = str(value)
    known = text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= 65535
    if isinstance(value, bool) or not known:
        raise BadInput(name, f"Invalid value for port {text}", kind="SecurityGroupInvalidPortValue")
    return int(text)


def _prefix(value: object) -> Interface | None:
    """A CIDR as it is written, a bare address with its longest mask."""
    if value is None or value == "":
        return None
    try:
        return ip_interface(str(value))
    except ValueError:
        raise BadInput("remote_ip_prefix", f"'{value}' is not a CIDR", kind="InvalidCIDR") from None


def _canonical_prefix(value: str) -> str:
    """A CIDR as the model writes it; other text (which matches nothing) as it is."""
    try:
        return str(ip_interface(value))
    except ValueError:
        return value


ATTRIBUTES = table(
    "security_group",
    "security_groups",
    (stateful_security_group,),
    STANDARD | TAGGED | _OWNED | {"name": text(), "security_group_rules": read_only(), "shared": read_only()},
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name"),
    **fields(boolean, "stateful", "shared"),
}
TRAFFIC: Definition = {
    "direction": {
        "allow_post": True,
        "allow_put": False,
        "validate": {"type:values": ["ingress", "egress"]},
    },
    "ethertype": _on_create("IPv4", convert_to=_ethertype),
    "protocol": _on_create(convert_to=_protocol),
    "port_range_min": _on_create(convert_to=partial(_port, "port_range_min")),
    "port_range_max": _on_create(convert_to=partial(_port, "port_range_max")),
    "remote_ip_prefix": _on_create(convert_to=_prefix),
    "remote_group_id": _on_create(validate={"type:string_or_none": 255}),
    "remote_address_group_id": _on_create(validate={"type:string_or_none": 255}),
}
"""What rules, and default rules, say of traffic."""
TRAFFIC_FIELDS: Mapping[str, Field] = {
    **fields(str, "direction", "ethertype", "protocol", "remote_group_id", "remote_address_group_id"),
    **fields(int, "port_range_min", "port_range_max"),
    **fields(_canonical_prefix, "remote_ip_prefix"),
}

RULE_ATTRIBUTES = table(
    "security_group_rule",
    "security_group_rules",
    (security_groups_normalized_cidr, security_groups_rules_belongs_to_default_sg),
    STANDARD
    | _OWNED
    | TRAFFIC
    | {
        "description": _on_create("", validate={"type:string": 255}),
        "security_group_id": {"allow_post": True, "allow_put": False, "validate": {"type:uuid": None}},
    },
)
RULE_FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **TRAFFIC_FIELDS,
    **fields(str, "security_group_id"),
    **fields(boolean, belongs_to_default_sg="belongs_to_default"),
}


def new(values: Values, project_id: str) -> NewSecurityGroup:
    """What a create asks for."""
    return NewSecurityGroup(project_id=project_id, **given(values, "name", "description", "stateful"))


def changes(values: Values) -> SecurityGroupChanges:
    """What an update asks for."""
    return SecurityGroupChanges(**given(values, "name", "description", "stateful"))


def view(group: SecurityGroup) -> Shown:
    """What a response shows."""
    return standard(group) | {
        "name": group.name,
        "stateful": group.stateful,
        "shared": group.shared,
        "security_group_rules": [rule_view(rule) for rule in group.rules],
    }


def new_rule(values: Values, project_id: str) -> NewRule:
    """What the create of a rule asks for."""
    return NewRule(project_id=project_id, **given(values, "security_group_id", "description", *TRAFFIC))


def rule_view(rule: Rule) -> Shown:
    """What a response shows of a rule."""
    prefix = rule.remote_ip_prefix
    return standard(rule) | {
        "security_group_id": rule.security_group_id,
        **traffic_view(rule),
        "normalized_cidr": str(prefix.network) if prefix else None,
        "belongs_to_default_sg": rule.belongs_to_default,
    }


def traffic_view(rule: rulecheck.Traffic) -> Shown:
    """What a response shows of a rule, or of a default rule, that both have."""
    return {
        "direction": rule.direction,
        "ethertype": rule.ethertype,
        "protocol": rule.protocol,
        "port_range_min": rule.port_range_min,
        "port_range_max": rule.port_range_max,
        "remote_ip_prefix": str(rule.remote_ip_prefix) if rule.remote_ip_prefix else None,
        "remote_group_id": rule.remote_group_id,
        "remote_address_group_id": rule.remote_address_group_id,
    }
