"""Nouns about sharing and grouping: RBAC policies, address groups, default security group rules."""

from __future__ import annotations

from hawser.server.api.resource import Create, Resource, Update
from hawser.server.api.schema import addressgroup as address_group_schema
from hawser.server.api.schema import defaultrule as default_rule_schema
from hawser.server.api.schema import rbac as rbac_schema
from hawser.server.service import addressgroup, defaultrule, rbac

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

ADDRESS_GROUPS = Resource(
    "address_groups",
    address_group_schema.ATTRIBUTES,
    address_group_schema.FIELDS,
    address_group_schema.view,
    addressgroup.search,
    addressgroup.get,
    Create(address_group_schema.new, addressgroup.create_many),
    Update(address_group_schema.changes, addressgroup.update),
    addressgroup.delete,
)
DEFAULT_RULES = Resource(
    "default_security_group_rules",
    default_rule_schema.ATTRIBUTES,
    default_rule_schema.FIELDS,
    default_rule_schema.view,
    defaultrule.search,
    defaultrule.get,
    Create(default_rule_schema.new, defaultrule.create_many),
    delete=defaultrule.delete,
)

ALL: tuple[Resource, ...] = (RBAC_POLICIES, ADDRESS_GROUPS, DEFAULT_RULES)
