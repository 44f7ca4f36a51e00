"""Service profiles: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import flavors

from hawser.server.api.attributes import Values, table, text
from hawser.server.api.schema.fields import Field, Shown, boolean, fields, given
from hawser.server.model.serviceprofile import NewServiceProfile, ServiceProfile, ServiceProfileChanges

ATTRIBUTES = table("service_profile", "service_profiles", (flavors,), {"metainfo": text(most=4096)})
FIELDS: Mapping[str, Field] = {
    **fields(str, "id", "description", "driver", "metainfo"),
    **fields(boolean, "enabled"),
}


def new(values: Values, _project_id: str) -> NewServiceProfile:
    """What a create asks for."""
    return NewServiceProfile(**_common(values))


def changes(values: Values) -> ServiceProfileChanges:
    """What an update asks for."""
    return ServiceProfileChanges(**_common(values))


def view(profile: ServiceProfile) -> Shown:
    """What a response shows."""
    return {
        "id": profile.id,
        "description": profile.description,
        "driver": profile.driver,
        "metainfo": profile.metainfo,
        "enabled": profile.enabled,
    }


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, "driver", "metainfo"))
    if "description" in values:
        common["description"] = values["description"] or ""
    if values.get("enabled") is not None:
        common["enabled"] = values["enabled"]
    return common
