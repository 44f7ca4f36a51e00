"""What a noun's attributes may hold in a request: OpenStack Networking's own definitions, merged.

neutron-lib defines each extension's attributes as a map (allowed on create, allowed on update, default,
converter, validators); `table` lays several such maps over each other, so that a noun has one
`AttributeTable`. What neutron-lib lacks is declared by us in the same shape. What does not fit is a
`BadInput` that names the attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from neutron_lib import constants, exceptions
from neutron_lib.api import validators
from oslo_config import cfg
from webob.exc import HTTPError

from hawser.base.errors import BadInput

Values = Mapping[str, Any]
"""Attributes of one request by name: known, converted and validated; what the caller left out is absent."""
Definition = dict[str, Mapping[str, Any]]
"""Attributes by name in neutron-lib's shape."""

MOST_ADDRESS_PAIRS = 1000
"""What no server allows more of on a port."""
OWNER = "tenant_id"
"""The name under which the definitions know the owning project; clients also call it ``project_id``."""

_LEFT_OUT = constants.ATTR_NOT_SPECIFIED
_REFUSALS = (
    exceptions.NeutronException,
    HTTPError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    OverflowError,
)

# neutron-lib's validators read the process's global configuration, which must have been parsed once.
# What depends on this server's own is checked where that is known: so these say what holds for any server.
cfg.CONF.register_opts(
    [cfg.IntOpt("max_allowed_address_pair", default=MOST_ADDRESS_PAIRS), cfg.StrOpt("dns_domain", default="")]
)
cfg.CONF([], project="neutron", default_config_files=[], default_config_dirs=[])


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: where a caller may give it, and what turns its text into a value.

    ``default`` matters only on create, where ``required`` is false; ``checks`` are validators with their
    parameters, each of which returns what is wrong, or None.
    """

    name: str
    allow_post: bool
    allow_put: bool
    required: bool
    default: Any
    convert: Callable[[Any], Any] | None
    checks: tuple[tuple[Callable[[Any, Any], str | None], Any], ...]

    def parse(self, value: Any) -> Any:
        """``value`` as the noun's schema takes it; BadInput if it cannot be."""
        try:
            if self.convert:
                value = self.convert(value)
            for check, parameter in self.checks:
                wrong = check(value, parameter)
                if wrong:
                    raise BadInput(self.name, wrong.rstrip("."))
        except _REFUSALS as error:
            wrong = str(error).rstrip(".") or type(error).__name__
            raise BadInput(self.name, wrong, kind=_kind(error)) from error
        return value


class AttributeTable:
    """The attributes of one noun (``singular``), by name; parses the bodies of its requests."""

    def __init__(self, singular: str, attributes: Iterable[Attribute]) -> None:
        self.singular = singular
        self._attributes = {attribute.name: attribute for attribute in attributes}
        self._defaults = {
            attribute.name: attribute.default
            for attribute in self._attributes.values()
            if attribute.allow_post and not attribute.required and attribute.default is not _LEFT_OUT
        }
        self._required = [a.name for a in self._attributes.values() if a.required and a.name != OWNER]

    def on_create(self, given: Mapping[str, Any]) -> Values:
        """The values of a create: what was given and the defaults of what was not. BadInput by attribute."""
        given = _one_owner(given)
        for name in self._required:
            if name not in given:
                raise BadInput(name, "a value is required", f"Give {name} in the {self.singular}.")
        values = dict(self._defaults)
        for name, value in given.items():
            values[name] = self._find(name, creating=True).parse(value)
        return values

    def on_update(self, given: Mapping[str, Any]) -> Values:
        """The values of an update: only what was given. BadInput by attribute."""
        given = _one_owner(given)
        return {name: self._find(name, creating=False).parse(value) for name, value in given.items()}

    def is_default(self, name: str, value: Any) -> bool:
        """Whether a create that gives ``value`` asks for no more than one that leaves ``name`` out."""
        return name in self._defaults and bool(self._defaults[name] == value)

    def __iter__(self) -> Iterator[Attribute]:
        return iter(self._attributes.values())

    def __contains__(self, name: object) -> bool:
        return name in self._attributes

    def _find(self, name: str, creating: bool) -> Attribute:
        attribute = self._attributes.get(name)
        if attribute is None:
            raise BadInput(name, f"a {self.singular} has no such attribute", kind="HTTPBadRequest")
        if not (attribute.allow_post if creating else attribute.allow_put):
            when = "when it is created" if creating else "once it is there"
            raise BadInput(name, f"it cannot be set on a {self.singular} {when}", kind="HTTPBadRequest")
        return attribute


def table(singular: str, plural: str, definitions: Iterable[Any], ours: Definition) -> AttributeTable:
    """The attributes of ``plural`` in neutron-lib's modules and in ``ours``; later ones win."""
    merged: dict[str, Mapping[str, Any]] = {}
    for definition in definitions:
        merged.update(definition.RESOURCE_ATTRIBUTE_MAP.get(plural, {}))
    if "project_id" in merged:  # newer definitions call the owner so
        merged[OWNER] = merged.pop("project_id")
    merged.update(ours)
    return AttributeTable(singular, [_attribute(name, fields) for name, fields in merged.items()])


def text(default: str | None = "", most: int = 255) -> Mapping[str, Any]:
    """The definition of free text that may be given at any time, such as a description."""
    check = {"type:string": most} if default is not None else {"type:string_or_none": most}
    return {"allow_post": True, "allow_put": True, "default": default, "validate": check}


def read_only() -> Mapping[str, Any]:
    """The definition of what only the server sets."""
    return {"allow_post": False, "allow_put": False}


def _attribute(name: str, fields: Mapping[str, Any]) -> Attribute:
    return Attribute(
        name=name,
        allow_post=fields["allow_post"],
        allow_put=fields["allow_put"],
        required=fields["allow_post"] and "default" not in fields,
        default=fields.get("default", _LEFT_OUT),
        convert=fields.get("convert_to"),
        checks=tuple(
            (validators.get_validator(rule), parameter)
            for rule, parameter in fields.get("validate", {}).items()
        ),
    )


def _kind(error: Exception) -> str:
    """The type by which clients know what a definition raised."""
    known = isinstance(error, exceptions.NeutronException | HTTPError)
    return type(error).__name__ if known else "InvalidInput"


def _one_owner(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if "project_id" not in given:
        return given
    if given.get(OWNER, given["project_id"]) != given["project_id"]:
        raise BadInput("project_id", f"it differs from {OWNER}", "Give one of them.")
    return {OWNER: given["project_id"]} | {k: v for k, v in given.items() if k not in ("project_id", OWNER)}
