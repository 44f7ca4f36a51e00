"""Between attributes and values: what every noun's schema needs for reading and for showing.

A `Field` says which field of the model's value a query filters or sorts by, and how its text is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any, Protocol

from neutron_lib.api import converters
from neutron_lib.exceptions import InvalidInput

from hawser.base import addresses
from hawser.base.errors import BadInput
from hawser.server.api.attributes import Definition, Values, read_only, text
from hawser.server.model.filters import Scalar
from hawser.server.model.port import WantedIp
from hawser.server.model.unset import Unset

Shown = dict[str, Any]
"""Attributes of a response by name, as JSON holds them."""


@dataclass(frozen=True, slots=True)
class Field:
    """``model`` is the field's name in the model's value; ``read`` turns a query's text into its value.

    ``part`` marks what a thing has several of: the store keeps it in no column of the thing.
    """

    model: str
    read: Callable[[str], Scalar]
    part: bool = False

    @property
    def plain(self) -> bool:
        """Whether a response shows what the store's column holds: text, a number or a truth."""
        return self.read in (str, int, boolean) and not self.part


class Stamped(Protocol):
    """What every noun has."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def project_id(self) -> str: ...  # noqa: D102
    @property
    def description(self) -> str: ...  # noqa: D102
    @property
    def revision(self) -> int: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102
    @property
    def updated_at(self) -> datetime: ...  # noqa: D102


STANDARD: Definition = {
    "description": text(),
    "created_at": read_only(),
    "updated_at": read_only(),
    "revision_number": read_only(),
}
"""The attributes that every noun has, for what neutron-lib does not define."""
TAGGED: Definition = {"tags": read_only()}
"""The attribute of nouns that can have tags; they are set by requests of their own."""


def standard(value: Stamped) -> Shown:
    """The attributes that every noun shows, and the tags of one that has them."""
    shown = {
        "id": value.id,
        "tenant_id": value.project_id,
        "project_id": value.project_id,
        "description": value.description,
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "revision_number": value.revision,
    }
    tags: tuple[str, ...] | None = getattr(value, "tags", None)
    return shown if tags is None else {**shown, "tags": list(tags)}


def moment(time: datetime) -> str:
    """A time as the standard attributes show it: UTC, in whole seconds."""
    return time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def boolean(value: str) -> bool:
    """``true``, ``1``, ``false`` or ``0``, however written."""
    try:
        return bool(converters.convert_to_boolean(value))
    except InvalidInput:
        raise ValueError(f"'{value}' is not true or false") from None


def canonical_address(value: str) -> str:
    """An address as the model writes it; other text (which matches nothing) as it is."""
    try:
        return str(ip_address(value))
    except ValueError:
        return value


def canonical_network(value: str) -> str:
    """A CIDR as the model writes it; other text (which matches nothing) as it is."""
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        return value


def fields(read: Callable[[str], Scalar], *names: str, **renamed: str) -> dict[str, Field]:
    """Fields that ``read`` reads: ``names`` are the model's own, ``renamed`` say which of its."""
    same = {name: Field(name, read) for name in names}
    return same | {name: Field(model, read) for name, model in renamed.items()}


STANDARD_FIELDS: dict[str, Field] = fields(
    str, "id", "project_id", "description", tenant_id="project_id"
) | fields(int, revision_number="revision")


def address(name: str, value: str) -> addresses.Address:
    """``value`` of attribute ``name`` as an address."""
    try:
        return ip_address(value)
    except ValueError as error:
        raise BadInput(name, str(error)) from error


def network(name: str, value: str) -> addresses.Network:
    """``value`` of attribute ``name``, a CIDR or a bare address, as a network; host bits are cut off."""
    try:
        return ip_network(value, strict=False)
    except ValueError as error:
        raise BadInput(name, str(error)) from error


def items(name: str, value: Any, known: Iterable[str]) -> list[Mapping[str, Any]]:
    """``value`` of attribute ``name`` as a list of objects that hold nothing but the ``known`` keys."""
    allowed = set(known)
    for item in value:
        unknown = set(item) - allowed
        if unknown or not item:
            wrong = f"'{unknown.pop()}' is not known there" if unknown else "an item says nothing"
            raise BadInput(name, wrong, f"Items hold {' and '.join(sorted(allowed))}.")
    return list(value)


def wanted_ips(name: str, value: Any) -> tuple[WantedIp, ...] | Unset:
    """A list of fixed IPs as a caller asks for them; UNSET where left out."""
    if isinstance(value, Unset):
        return value
    return tuple(
        WantedIp(
            subnet_id=item.get("subnet_id"),
            address=address(name, item["ip_address"]) if "ip_address" in item else None,
        )
        for item in items(name, value, ("subnet_id", "ip_address"))
    )


def given(values: Values, *names: str, **renamed: str) -> Mapping[str, Any]:
    """What ``values`` hold of ``names`` and of ``renamed`` (field=attribute), by the model's field names."""
    same = {name: values[name] for name in names if name in values}
    return same | {field: values[name] for field, name in renamed.items() if name in values}
