"""Nouns about sharing and grouping: RBAC policies, address groups, default security group rules."""

from __future__ import annotations

from hawser.server.api.resource import Create, Resource, Update
from hawser.server.api.schema import rbac as rbac_schema
from hawser.server.service import rbac

RBAC_POLICIES = Resource(
    "rbac_policies",
    rbac_schema.ATTRIBUTES,
    rbac_schema.FIELDS,
    rbac_schema.view,
    rbac.search,
    rbac.get,
    Create(rbac_schema.new, rbac.create_many, rbac_schema.check),
    Update(rbac_schema.changes, rbac.update, rbac_schema.check),
    rbac.delete,
)

ALL: tuple[Resource, ...] = (RBAC_POLICIES,)
