"""Default security group rules: attributes (neutron-lib lacks them), and the way to the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters, validators

from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, read_only, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    Field,
    Shown,
    boolean,
    fields,
    given,
    moment,
)
from hawser.server.api.schema.securitygroup import TRAFFIC, TRAFFIC_FIELDS, traffic_view
from hawser.server.model.defaultrule import PARENT, DefaultRule, NewDefaultRule

_USES = ("used_in_default_sg", "used_in_non_default_sg")


def _remote_group(value: Any) -> str | None:
    """A group's id, or the word for the group that gets the rule."""
    if value is None or value == PARENT:
        return PARENT if value else None
    if wrong := validators.validate_uuid(value):
        raise BadInput("remote_group_id", f"{wrong}, nor is it {PARENT}")
    return str(value)


def _use(default: bool) -> Mapping[str, Any]:
    return {
        "allow_post": True,
        "allow_put": False,
        "default": default,
        "convert_to": converters.convert_to_boolean,
    }


ATTRIBUTES = table(
    "default_security_group_rule",
    "default_security_group_rules",
    (),
    STANDARD
    | TRAFFIC
    | {
        "id": read_only(),
        "description": {**STANDARD["description"], "allow_put": False},
        "remote_group_id": {
            "allow_post": True,
            "allow_put": False,
            "default": None,
            "convert_to": _remote_group,
        },
        "used_in_default_sg": _use(False),
        "used_in_non_default_sg": _use(True),
    },
)
FIELDS: Mapping[str, Field] = {
    **{name: field for name, field in STANDARD_FIELDS.items() if field.model != "project_id"},
    **TRAFFIC_FIELDS,
    **fields(boolean, *_USES),
}


def new(values: Values, _project_id: str) -> NewDefaultRule:
    """What a create asks for."""
    return NewDefaultRule(**given(values, "description", *TRAFFIC, *_USES))


def view(rule: DefaultRule) -> Shown:
    """What a response shows."""
    return {
        "id": rule.id,
        "description": rule.description,
        **traffic_view(rule),
        "used_in_default_sg": rule.used_in_default_sg,
        "used_in_non_default_sg": rule.used_in_non_default_sg,
        "created_at": moment(rule.created_at),
        "updated_at": moment(rule.updated_at),
        "revision_number": rule.revision,
    }
