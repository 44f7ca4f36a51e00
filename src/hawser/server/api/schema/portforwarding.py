"""Port forwardings: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib import constants
from neutron_lib.api.definitions import fip_pf_description, fip_pf_port_range, floating_ip_port_forwarding

from hawser.base.errors import BadInput
from hawser.server.api.attributes import Definition, Values, table
from hawser.server.api.schema.fields import Field, Shown, address, canonical_address, fields, given
from hawser.server.model.portforwarding import (
    NewPortForwarding,
    PortForwarding,
    PortForwardingChanges,
    PortRange,
)

_DEFINED: Definition = {
    name: definition
    for module in (floating_ip_port_forwarding, fip_pf_description, fip_pf_port_range)
    for name, definition in module.SUB_RESOURCE_ATTRIBUTE_MAP["port_forwardings"]["parameters"].items()
    if name != "project_id"
}
_LEFT_OUT = constants.ATTR_NOT_SPECIFIED
_PORTS = {name: {**_DEFINED[name], "default": _LEFT_OUT} for name in _DEFINED if "external" in name} | {
    name: {**_DEFINED[name], "default": _LEFT_OUT} for name in ("internal_port", "internal_port_range")
}
_OWNER = {"allow_post": True, "allow_put": False, "default": _LEFT_OUT, "validate": {"type:string": 255}}
ATTRIBUTES = table("port_forwarding", "", (), _DEFINED | _PORTS | {"tenant_id": _OWNER})
FIELDS: Mapping[str, Field] = {
    **fields(str, "id", "description", "protocol", "internal_port_id"),
    **fields(canonical_address, internal_ip_address="internal_address"),
}


def new(values: Values, _project_id: str) -> NewPortForwarding:
    """What a create asks for; it belongs to whom the floating IP belongs."""
    return NewPortForwarding(
        external=_range(values, "external"),
        internal=_range(values, "internal"),
        internal_address=address("internal_ip_address", values["internal_ip_address"]),
        **given(values, "floating_ip_id", "protocol", "internal_port_id", "description"),
    )


def changes(values: Values) -> PortForwardingChanges:
    """What an update asks for."""
    common: dict[str, Any] = dict(given(values, "protocol", "internal_port_id", "description"))
    if "internal_ip_address" in values:
        common["internal_address"] = address("internal_ip_address", values["internal_ip_address"])
    for side in ("external", "internal"):
        if f"{side}_port" in values or f"{side}_port_range" in values:
            common[side] = _range(values, side)
    return PortForwardingChanges(**common)


def view(forwarding: PortForwarding) -> Shown:
    """What a response shows."""
    return {
        "id": forwarding.id,
        "description": forwarding.description,
        "protocol": forwarding.protocol,
        "internal_port_id": forwarding.internal_port_id,
        "internal_ip_address": str(forwarding.internal_address),
        **_shown("internal", forwarding.internal),
        **_shown("external", forwarding.external),
    }


def _range(values: Values, side: str) -> PortRange | None:
    """The ports of one side, said as one port or as a range; both may be said where they agree."""
    port, text = values.get(f"{side}_port"), values.get(f"{side}_port_range")
    ranged = None
    if text is not None:
        ends = [int(end) for end in str(text).split(":")]
        ranged = PortRange(ends[0], ends[-1])
    if port is None:
        return ranged
    single = PortRange(int(port), int(port))
    if ranged not in (None, single):
        raise BadInput(
            f"{side}_port_range", f"it differs from {side}_port", "Give one of them.", "BadRequest"
        )
    return single


def _shown(side: str, ports: PortRange | None) -> Shown:
    single = ports.first if ports and ports.first == ports.last else None
    return {f"{side}_port": single, f"{side}_port_range": str(ports) if ports else None}
