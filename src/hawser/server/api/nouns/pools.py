"""Nouns about where addresses come from: subnet pools and address scopes."""

from __future__ import annotations

from hawser.server.api.resource import Create, Resource, Update
from hawser.server.api.schema import addressscope as scope_schema
from hawser.server.api.schema import subnetpool as pool_schema
from hawser.server.service import addressscope, subnetpool

SUBNET_POOLS = Resource(
    "subnetpools",
    pool_schema.ATTRIBUTES,
    pool_schema.FIELDS,
    pool_schema.view,
    subnetpool.search,
    subnetpool.get,
    Create(pool_schema.new, subnetpool.create_many),
    Update(pool_schema.changes, subnetpool.update),
    subnetpool.delete,
)
ADDRESS_SCOPES = Resource(
    "address_scopes",
    scope_schema.ATTRIBUTES,
    scope_schema.FIELDS,
    scope_schema.view,
    addressscope.search,
    addressscope.get,
    Create(scope_schema.new, addressscope.create_many),
    Update(scope_schema.changes, addressscope.update),
    addressscope.delete,
)

ALL: tuple[Resource, ...] = (SUBNET_POOLS, ADDRESS_SCOPES)
