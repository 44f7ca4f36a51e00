"""Subnet pools: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neutron_lib.api.definitions import address_scope
from neutron_lib.api.definitions import subnetpool as subnetpool_definition

from hawser.base.addresses import Network
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
    network,
    standard,
)
from hawser.server.model.subnetpool import NewSubnetPool, SubnetPool, SubnetPoolChanges

_LENGTHS = ("min_prefixlen", "max_prefixlen", "default_prefixlen")
_COMMON = ("name", "description", "is_default", "address_scope_id", "default_quota", *_LENGTHS)
_MOST = 2**63 - 1
PREFIXES = table(
    "subnetpool",
    "",
    (),
    {"prefixes": {"allow_post": True, "allow_put": True, "validate": {"type:subnet_list": None}}},
)
"""What the requests hold that add prefixes to a pool, or take them away."""
ONBOARDED = table(
    "subnetpool",
    "",
    (),
    {"network_id": {"allow_post": True, "allow_put": True, "validate": {"type:uuid": None}}},
)
"""What the request holds that takes the subnets of a network into a pool."""
_NAME = subnetpool_definition.RESOURCE_ATTRIBUTE_MAP["subnetpools"]["name"]
ATTRIBUTES = table(
    "subnetpool",
    "subnetpools",
    (subnetpool_definition, address_scope),
    STANDARD | TAGGED | {"name": {**_NAME, "validate": {"type:not_empty_name_string": 255}}},
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "address_scope_id"),
    **fields(int, "ip_version", "default_quota", *_LENGTHS),
    **fields(boolean, "shared", "is_default"),
}


def new(values: Values, project_id: str) -> NewSubnetPool:
    """What a create asks for."""
    return NewSubnetPool(project_id=project_id, **given(values, "shared"), **_common(values))


def changes(values: Values) -> SubnetPoolChanges:
    """What an update asks for."""
    return SubnetPoolChanges(**_common(values))


def view(pool: SubnetPool) -> Shown:
    """What a response shows."""
    return standard(pool) | {
        "name": pool.name,
        "ip_version": pool.ip_version,
        "prefixes": texts(pool.prefixes),
        "min_prefixlen": pool.min_prefixlen,
        "max_prefixlen": pool.max_prefixlen,
        "default_prefixlen": pool.default_prefixlen,
        "default_quota": pool.default_quota,
        "is_default": pool.is_default,
        "shared": pool.shared,
        "address_scope_id": pool.address_scope_id,
    }


def prefixes(values: Values) -> tuple[Network, ...]:
    """The prefixes in a request."""
    return tuple(network("prefixes", each) for each in values["prefixes"])


def texts(networks: Sequence[Network]) -> list[str]:
    """Prefixes as a response shows them."""
    return [str(each) for each in networks]


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, *_COMMON))
    for name in (*_LENGTHS, "default_quota"):
        if common.get(name, 0) > _MOST:
            raise BadInput(name, f"it is more than {_MOST}")
    if "prefixes" in values:
        common["prefixes"] = prefixes(values)
    return common
