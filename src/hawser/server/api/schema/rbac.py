"""RBAC policies: attributes (neutron-lib lacks them), and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hawser.server.api.attributes import OWNER, Values, read_only, table
from hawser.server.api.resource import Call
from hawser.server.api.schema.fields import Field, Shown, fields, given
from hawser.server.model.rbac import EVERYBODY, NewRbacPolicy, RbacPolicy, RbacPolicyChanges

_TARGET = "target_tenant"
_ONCE = {"allow_post": True, "allow_put": False}


def _object_type(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


ATTRIBUTES = table(
    "rbac_policy",
    "rbac_policies",
    (),
    {
        "id": read_only(),
        OWNER: {**_ONCE, "validate": {"type:string": 255}},
        "object_type": {**_ONCE, "convert_to": _object_type, "validate": {"type:string": 32}},
        "object_id": {**_ONCE, "validate": {"type:uuid": None}},
        "action": {**_ONCE, "validate": {"type:string": 255}},
        _TARGET: {"allow_post": True, "allow_put": True, "validate": {"type:not_empty_string": 255}},
    },
)
FIELDS: Mapping[str, Field] = fields(
    str,
    "id",
    "project_id",
    "object_type",
    "object_id",
    "action",
    tenant_id="project_id",
    target_tenant="target",
)


def check(call: Call, values: Values) -> None:
    """Forbidden where the policy is about every project, which is an administrator's to say."""
    if values.get(_TARGET) == EVERYBODY:
        call.rights.demand("restrict_wildcard")


def new(values: Values, project_id: str) -> NewRbacPolicy:
    """What a create asks for."""
    return NewRbacPolicy(
        project_id=project_id,
        **given(values, "object_type", "object_id", "action", target=_TARGET),
    )


def changes(values: Values) -> RbacPolicyChanges:
    """What an update asks for."""
    return RbacPolicyChanges(**given(values, target=_TARGET))


def view(policy: RbacPolicy) -> Shown:
    """What a response shows."""
    return {
        "id": policy.id,
        "tenant_id": policy.project_id,
        "project_id": policy.project_id,
        "object_type": policy.object_type,
        "object_id": policy.object_id,
        "action": policy.action,
        _TARGET: policy.target,
    }
