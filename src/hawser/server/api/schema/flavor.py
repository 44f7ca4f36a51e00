"""Flavors: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import flavors

from hawser.base.errors import BadInput
from hawser.server.api import bodies
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import Field, Shown, boolean, fields, given
from hawser.server.model.flavor import SERVICE_TYPES, Flavor, FlavorChanges, NewFlavor, NextProvider

_TYPE = {"allow_post": True, "allow_put": False, "validate": {"type:values": SERVICE_TYPES}}
ATTRIBUTES = table("flavor", "flavors", (flavors,), {"service_type": _TYPE})
FIELDS: Mapping[str, Field] = {
    **fields(str, "id", "name", "description", "service_type"),
    **fields(boolean, "enabled"),
}


def new(values: Values, _project_id: str) -> NewFlavor:
    """What a create asks for."""
    return NewFlavor(service_type=values["service_type"], **_common(values))


def changes(values: Values) -> FlavorChanges:
    """What an update asks for."""
    return FlavorChanges(**_common(values))


def view(flavor: Flavor) -> Shown:
    """What a response shows."""
    return {
        "id": flavor.id,
        "name": flavor.name,
        "description": flavor.description,
        "service_type": flavor.service_type,
        "service_profiles": list(flavor.service_profile_ids),
        "enabled": flavor.enabled,
    }


def bound_profile(body: Mapping[str, Any]) -> str:
    """The id of the service profile that a request names for a flavor."""
    named = bodies.inner(body, "service_profile")
    if set(named) - {"id", "tenant_id", "project_id"} or not isinstance(named.get("id"), str):
        raise BadInput(
            "service_profile", "it must hold the id of one, and nothing else", kind="HTTPBadRequest"
        )
    return str(named["id"])


def provider_view(provider: NextProvider) -> Shown:
    """What a response shows of the next provider."""
    return {"provider": provider.provider, "driver": provider.driver, "metainfo": provider.metainfo}


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, "name"))
    if "description" in values:
        common["description"] = values["description"] or ""
    if values.get("enabled") is not None:
        common["enabled"] = values["enabled"]
    if "service_profiles" in values:
        common["service_profile_ids"] = tuple(values["service_profiles"])
    return common
