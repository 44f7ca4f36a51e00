"""Bindings of ports: attributes, and the way between them and the model's values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import portbindings_extended

from hawser.base.errors import BadInput
from hawser.server.api.attributes import OWNER, AttributeTable, Values, read_only, table
from hawser.server.api.schema.fields import Shown, given
from hawser.server.model.binding import MOST_PROFILE, Binding, BindingChanges, NewBinding, vif_type
from hawser.server.model.port import NO_PROFILE

_DEFINED = portbindings_extended.SUB_RESOURCE_ATTRIBUTE_MAP["bindings"]["parameters"]
ATTRIBUTES: AttributeTable = table(
    "binding",
    "bindings",
    (),
    {
        **{name: fields for name, fields in _DEFINED.items() if name != "project_id"},
        "host": {
            "allow_post": True,
            "allow_put": False,
            "validate": {"type:not_empty_string": 255},
        },
        OWNER: read_only(),
        "project_id": read_only(),
    },
)


def new(values: Values) -> NewBinding:
    """What a create asks for."""
    return NewBinding(host=values["host"], **_common(values))


def changes(values: Values) -> BindingChanges:
    """What an update asks for."""
    return BindingChanges(**_common(values))


def view(binding: Binding) -> Shown:
    """What a response shows."""
    return {
        "host": binding.host,
        "project_id": binding.project_id,
        "vnic_type": binding.vnic_type,
        "vif_type": vif_type(binding.host, binding.vnic_type),
        "vif_details": vif_details(binding.host, binding.vnic_type),
        "profile": shown_profile(binding.profile),
        "status": binding.status,
    }


def vif_details(host: str, vnic_type: str) -> Shown:
    """What the hypervisor is told: addresses are enforced at the bridge, and which driver bound the port."""
    if vif_type(host, vnic_type) != "bridge":
        return {}
    return {"port_filter": True, "connectivity": "l2", "bound_drivers": {"0": "linuxbridge"}}


def profile(name: str, value: Mapping[str, Any] | None) -> str:
    """A profile as the model has it, a JSON object's text."""
    text = json.dumps(value or {}, ensure_ascii=False, separators=(",", ":"))
    if len(text) > MOST_PROFILE:
        raise BadInput(name, f"its JSON has {len(text)} characters, and {MOST_PROFILE} is the most")
    return text


def shown_profile(text: str) -> Shown:
    """A profile as a response shows it."""
    return {} if text == NO_PROFILE else dict(json.loads(text))


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, "vnic_type"))
    if "profile" in values:
        common["profile"] = profile("profile", values["profile"])
    return common
