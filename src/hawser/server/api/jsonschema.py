"""What an attribute may hold, as JSON Schema: for the description of the API (`openapi.py`).

The tables of attributes stay the truth. A converter or a validator that has no line here leaves its attribute
less narrowly described, never wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from neutron_lib.api import converters, validators

from hawser.server.api.attributes import Attribute

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_UUID: Schema = {"type": "string", "format": "uuid"}
_ADDRESS: Schema = {"type": "string", "description": "An IP address."}
_PREFIX: Schema = {"type": "string", "description": "A CIDR."}
_OBJECT: Schema = {"type": "object"}
_FIXED_IP: Schema = {
    "type": "object",
    "properties": {"subnet_id": _UUID, "ip_address": _ADDRESS},
    "additionalProperties": False,
}
_POOL: Schema = {"type": "object", "properties": {"start": _ADDRESS, "end": _ADDRESS}}
_ROUTE: Schema = {"type": "object", "properties": {"destination": _PREFIX, "nexthop": _ADDRESS}}
_PAIR: Schema = {"type": "object", "properties": {"mac_address": _TEXT, "ip_address": _PREFIX}}
SUB_PORT: Schema = {
    "type": "object",
    "properties": {
        "port_id": _UUID,
        "segmentation_type": {"enum": ["vlan", "inherit"]},
        "segmentation_id": {"type": "integer", "minimum": 1, "maximum": 4094},
    },
    "required": ["port_id"],
    "additionalProperties": False,
}


def _constant(schema: Schema) -> Callable[[Any], Schema]:
    return lambda _parameter: schema


def _list(item: Schema) -> Callable[[Any], Schema]:
    return _constant({"type": "array", "items": item})


def _text(longest: Any) -> Schema:
    return {**_TEXT, "maxLength": longest} if isinstance(longest, int) else _TEXT


def _filled(longest: Any) -> Schema:
    return {**_text(longest), "minLength": 1}


def _range(ends: Any) -> Schema:
    low, high = ends
    bounds = {"minimum": low, "maximum": high}
    return {"type": "integer", **{name: end for name, end in bounds.items() if isinstance(end, int)}}


def _values(allowed: Any) -> Schema:
    return {"enum": [value for value in allowed if isinstance(value, str | int | float | None)]}


_BY_RULE: Mapping[str, Callable[[Any], Schema]] = {
    "string": _text,
    "name_string": _text,
    "not_empty_string": _filled,
    "not_empty_name_string": _filled,
    "dns_domain_name": _constant(_TEXT),
    "dns_host_name": _constant(_TEXT),
    "fip_dns_host_name": _constant(_TEXT),
    "uuid": _constant(_UUID),
    "uuid_list": _list(_UUID),
    "values": _values,
    "range": _range,
    "port_range": _range,
    "non_negative": _constant({"type": "integer", "minimum": 0}),
    "boolean": _constant({"type": "boolean"}),
    "ip_address": _constant(_ADDRESS),
    "subnet": _constant(_PREFIX),
    "subnet_list": _list(_PREFIX),
    "subnetpool_id": _constant(_TEXT),
    "mac_address": _constant(_TEXT),
    "dict": _constant(_OBJECT),
    "dict_or_nodata": _constant({"type": ["object", "null"]}),
    "allowed_address_pairs": _list(_PAIR),
    "availability_zone_hint_list": _list(_TEXT),
    "fixed_ips": _list(_FIXED_IP),
    "ip_pools": _list(_POOL),
    "nameservers": _list(_ADDRESS),
    "hostroutes": _list(_ROUTE),
    "subports": _list(SUB_PORT),
}
_BY_CONVERTER: Mapping[Callable[[Any], Any], Schema] = {
    converters.convert_to_boolean: {"type": "boolean"},
    converters.convert_to_boolean_if_not_none: {"type": ["boolean", "null"]},
    converters.convert_to_int: {"type": "integer"},
    converters.convert_to_int_if_not_none: {"type": ["integer", "null"]},
}


def _nullable(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _lenient(schema: Callable[[Any], Schema]) -> Callable[[Any], Schema]:
    return lambda parameter: _nullable(schema(parameter))


@cache
def _by_validator() -> Mapping[Callable[..., Any], Callable[[Any], Schema]]:
    """The table above by neutron-lib's functions, with those that let a null pass; some come with the nouns."""
    found: dict[Callable[..., Any], Callable[[Any], Schema]] = {}
    for rule, schema in _BY_RULE.items():
        found[validators.validators[f"type:{rule}"]] = schema
        if lenient := validators.validators.get(f"type:{rule}_or_none"):
            found[lenient] = _lenient(schema)
    return found


def of(attribute: Attribute) -> dict[str, Any]:
    """What a request may give for an attribute; its default too, where JSON can hold that."""
    schema: dict[str, Any] = dict(_BY_CONVERTER.get(attribute.convert, {})) if attribute.convert else {}
    for check, parameter in attribute.checks:
        if known := _by_validator().get(check):
            schema |= known(parameter)
    if attribute.allow_post and not attribute.required and _is_json(attribute.default):
        schema["default"] = attribute.default
    return schema


def shown(attribute: Attribute) -> dict[str, Any]:
    """What a response may hold for an attribute: the server may show null for what nobody set."""
    schema = of(attribute)
    return {name: schema[name] for name in ("format",) if name in schema}


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
