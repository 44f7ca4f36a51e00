"""GET /openapi.json: the API described in OpenAPI 3.1, out of the tables that serve it. Open to all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hawser.server.api import actions, jsonschema, nouns
from hawser.server.api.attributes import OWNER, Attribute
from hawser.server.api.resource import Action, Resource

_JSON = "application/json"
_PARAMETER = re.compile(r"\{(\w+)\}")
_FIELDS: dict[str, Any] = {
    "name": "fields",
    "in": "query",
    "schema": {"type": "array", "items": {"type": "string"}},
}
_PAGING: tuple[dict[str, Any], ...] = (
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0}},
    {"name": "marker", "in": "query", "schema": {"type": "string"}},
    {"name": "page_reverse", "in": "query", "schema": {"type": "boolean"}},
    {"name": "sort_key", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "sort_dir", "in": "query", "schema": {"type": "array", "items": {"enum": ["asc", "desc"]}}},
)
_SUB_PORTS = {"sub_ports": {"type": "array", "items": jsonschema.SUB_PORT}}
_TAGS = {"tags": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 255}}}
_INTERFACE = {name: {"type": "string", "format": "uuid"} for name in ("subnet_id", "port_id")}
_BODIES: Mapping[str, Mapping[str, Any]] = {
    "add_subports": _SUB_PORTS,
    "remove_subports": _SUB_PORTS,
    "tags": _TAGS,
    "add_router_interface": _INTERFACE,
    "remove_router_interface": _INTERFACE,
    "rebalance": {"most": {"type": ["integer", "null"], "minimum": 1, "maximum": (1 << 31) - 1}},
    "failover": {"host": {"type": ["string", "null"], "minLength": 1}},
}
"""The bodies of requests that are not about a whole noun, by the last word of their path."""


async def answer(_request: Request) -> Response:
    """The description as JSON."""
    return Response(_text(), media_type=_JSON)


@cache
def document() -> Mapping[str, Any]:
    """The description. It says what may be asked; who may ask it is the operator's policy."""
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in (*_of_nouns(), *_of_actions()):
        described = paths.setdefault(f"/v2.0{path}", {"parameters": _path_parameters(path)})
        described[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Networking API", "version": "v2.0"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
            "schemas": {name: schema for noun in nouns.ALL for name, schema in _schemas(noun)}
            | {"error": _error()},
        },
    }


@cache
def _text() -> bytes:
    return json.dumps(document()).encode()


def _of_nouns() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for noun in nouns.ALL:
        some = _operation(f"list_{noun.plural}", noun, "200", _several(noun, noun.ruled))
        yield f"/{noun.route}", "GET", some | {"parameters": _filters(noun)}
        one = _single(noun, noun.ruled)
        shown = _operation(f"show_{noun.ruled}", noun, "200", one)
        yield f"/{noun.route}/{{id}}", "GET", shown | {"parameters": [_FIELDS]}
        if noun.create:
            made = {"anyOf": [one, _several(noun, noun.ruled)]}
            asked = {"anyOf": [_single(noun, f"new_{noun.ruled}"), _several(noun, f"new_{noun.ruled}")]}
            yield f"/{noun.route}", "POST", _operation(f"create_{noun.ruled}", noun, "201", made, asked)
        if noun.update:
            asked = _single(noun, f"changed_{noun.ruled}")
            yield f"/{noun.route}/{{id}}", "PUT", _operation(f"update_{noun.ruled}", noun, "200", one, asked)
        if noun.delete:
            yield f"/{noun.route}/{{id}}", "DELETE", _operation(f"delete_{noun.ruled}", noun, "204")


def _of_actions() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for method, path, serve in actions.ALL:
        operation: dict[str, Any] = {
            "operationId": "_".join([method.lower(), *re.findall(r"\w+", path)]),
            "summary": _summary((method, path, serve)),
            "responses": _responses("2XX", {"type": "object"}),
        }
        properties = _BODIES.get(path.rsplit("/", 1)[1], {})
        if method == "PUT" or (method == "POST" and not path.endswith("}")):
            operation["requestBody"] = _content({"type": "object", "properties": properties})
        yield path, method, operation


def _operation(id: str, noun: Resource, status: str, shown: Any = None, asked: Any = None) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": id,
        "tags": [noun.singular],
        "responses": _responses(status, shown),
    }
    return operation | ({"requestBody": {**_content(asked), "required": True}} if asked else {})


def _responses(status: str, shown: Any) -> dict[str, Any]:
    answered = {"description": "Done.", **(_content(shown) if shown else {})}
    refused = {"description": "Refused; nothing was changed.", **_content(_reference("error"))}
    return {status: answered, "4XX": refused}


def _content(schema: Any) -> dict[str, Any]:
    return {"content": {_JSON: {"schema": schema}}}


def _schemas(noun: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """The noun as it is shown, as it is asked for, and as it is changed."""
    attributes = list(noun.attributes)
    yield noun.ruled, _object({each.name: jsonschema.shown(each) for each in _with_project(attributes)})
    if noun.create:
        asked = [each for each in attributes if each.allow_post]
        needed = [each.name for each in asked if each.required and each.name != OWNER]
        yield f"new_{noun.ruled}", _given(asked) | ({"required": needed} if needed else {})
    if noun.update:
        yield f"changed_{noun.ruled}", _given([each for each in attributes if each.allow_put])


def _given(attributes: list[Attribute]) -> dict[str, Any]:
    properties = {each.name: jsonschema.of(each) for each in _with_project(attributes)}
    return {**_object(properties), "additionalProperties": False}


def _with_project(attributes: list[Attribute]) -> Iterator[Attribute]:
    """Attributes, with the owner under the name that clients prefer; both together must agree."""
    for each in attributes:
        yield replace(each, name="project_id") if each.name == OWNER else each


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties)}


def _single(noun: Resource, name: str) -> dict[str, Any]:
    return {**_object({noun.singular: _reference(name)}), "required": [noun.singular]}


def _several(noun: Resource, name: str) -> dict[str, Any]:
    members = {"type": "array", "items": _reference(name)}
    return {**_object({noun.plural: members}), "required": [noun.plural]}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _error() -> dict[str, Any]:
    words = {name: {"type": "string"} for name in ("type", "message", "detail")}
    return _object({"NeutronError": {**_object(words), "required": list(words)}})


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(path)
    ]


def _filters(noun: Resource) -> list[dict[str, Any]]:
    """Each attribute can be filtered by, with several values for any of them."""
    texts = {"type": "array", "items": {"type": "string"}}
    names = dict.fromkeys([*noun.fields, *(each.name for each in noun.attributes)])
    return [*({"name": name, "in": "query", "schema": texts} for name in names), _FIELDS, *_PAGING]


def _summary(action: Action) -> str:
    """The first line of what is said of an action where it is served."""
    _, _, serve = action
    function = serve.func if isinstance(serve, partial) else serve
    return (function.__doc__ or "").split("\n", 1)[0]
