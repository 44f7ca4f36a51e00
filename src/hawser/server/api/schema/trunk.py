"""Trunks: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters, validators
from neutron_lib.api.definitions import trunk as definition
from neutron_lib.exceptions import InvalidInput

from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, table
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
from hawser.server.model.trunk import CarriedPort, NewTrunk, SubPort, Trunk, TrunkChanges, WantedSubPort

SUB_PORTS = "sub_ports"
_KNOWN = frozenset({"port_id", "segmentation_type", "segmentation_id"})
ATTRIBUTES = table("trunk", "trunks", (definition,), STANDARD | TAGGED)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "port_id", "status"),
    **fields(boolean, "admin_state_up"),
}


def new(values: Values, project_id: str) -> NewTrunk:
    """What a create asks for."""
    return NewTrunk(
        project_id=project_id,
        sub_ports=wanted(values[SUB_PORTS]),
        **given(values, "port_id", "name", "description", "admin_state_up"),
    )


def changes(values: Values) -> TrunkChanges:
    """What an update asks for."""
    return TrunkChanges(**given(values, "name", "description", "admin_state_up"))


def view(trunk: Trunk) -> Shown:
    """What a response shows."""
    return standard(trunk) | {
        "name": trunk.name,
        "port_id": trunk.port_id,
        "admin_state_up": trunk.admin_state_up,
        "status": trunk.status,
        SUB_PORTS: [sub_port_view(each) for each in trunk.sub_ports],
    }


def sub_port_view(sub_port: SubPort | CarriedPort) -> Shown:
    """What a response shows of a port that a trunk carries."""
    return {
        "port_id": sub_port.port_id,
        "segmentation_type": sub_port.segmentation_type,
        "segmentation_id": sub_port.segmentation_id,
    }


def details_view(trunk_id: str, carried: tuple[CarriedPort, ...]) -> Shown:
    """What a trunk's own port shows of it."""
    return {
        "trunk_id": trunk_id,
        SUB_PORTS: [{**sub_port_view(each), "mac_address": each.mac} for each in carried],
    }


def wanted(value: Any) -> tuple[WantedSubPort, ...]:
    """A list of ports as a caller gives it. BadInput where it is none, or names one twice."""
    if not isinstance(value, list):
        raise BadInput(SUB_PORTS, "it is not a list")
    found = tuple(_wanted(item) for item in value)
    if len({each.port_id for each in found}) < len(found):
        raise BadInput(SUB_PORTS, "it names a port twice")
    said = [
        (each.segmentation_type, each.segmentation_id) for each in found if each.segmentation_id is not None
    ]
    if len(set(said)) < len(said):
        raise BadInput(SUB_PORTS, "it names a segmentation twice")
    return found


def _wanted(item: Any) -> WantedSubPort:
    if not isinstance(item, dict) or not item.keys() <= _KNOWN:
        raise BadInput(SUB_PORTS, f"each item is an object of {', '.join(sorted(_KNOWN))}")
    port_id, type = item.get("port_id"), item.get("segmentation_type")
    if validators.validate_uuid(port_id):
        raise BadInput(SUB_PORTS, f"'{port_id}' is not the id of a port")
    if not isinstance(type, str | None):
        raise BadInput(SUB_PORTS, f"segmentation_type '{type}' is not known")
    return WantedSubPort(str(port_id), type, _number(item.get("segmentation_id")))


def _number(value: Any) -> int | None:
    try:
        return None if value is None else int(converters.convert_to_int(value))
    except (InvalidInput, OverflowError):
        raise BadInput(SUB_PORTS, f"segmentation_id '{value}' is not an integer") from None
