"""Subnets: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters
from neutron_lib.api.definitions import default_subnetpools, subnet_service_types
from neutron_lib.api.definitions import subnet as subnet_definition

from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    address,
    boolean,
    canonical_address,
    canonical_network,
    fields,
    given,
    items,
    network,
    standard,
)
from hawser.server.model.subnet import HostRoute, NewSubnet, Pool, Subnet, SubnetChanges
from hawser.server.model.unset import UNSET

_PARTS = subnet_definition.RESOURCE_ATTRIBUTE_MAP["subnets"]


def _cidr(value: Any) -> Any:
    return None if value is None else converters.convert_cidr_to_canonical_format(value)


def _listed(value: Any) -> list[Any]:
    """The validator takes whatever is falsy for a list."""
    if value is not None and not isinstance(value, list):
        raise ValueError(f"'{value}' is not a list")
    return value or []


ATTRIBUTES = table(
    "subnet",
    "subnets",
    (subnet_definition, default_subnetpools, subnet_service_types),
    STANDARD
    | TAGGED
    | {
        "cidr": {**_PARTS["cidr"], "convert_to": _cidr},
        "ip_version": {**_PARTS["ip_version"], "default": None},
        "service_types": {
            **subnet_service_types.RESOURCE_ATTRIBUTE_MAP["subnets"]["service_types"],
            "convert_to": _listed,
        },
    },
)
_ONCE = (
    "ip_version",
    "ipv6_ra_mode",
    "ipv6_address_mode",
    "subnetpool_id",
    "prefixlen",
    "use_default_subnetpool",
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "network_id", "ipv6_ra_mode", "ipv6_address_mode", "subnetpool_id"),
    **fields(canonical_network, "cidr"),
    **fields(canonical_address, "gateway_ip"),
    **fields(boolean, "enable_dhcp", "shared"),
}


def new(values: Values, project_id: str) -> NewSubnet:
    """What a create asks for."""
    cidr = UNSET if values.get("cidr") is None else network("cidr", values["cidr"])
    if cidr is not UNSET and values["ip_version"] not in (None, cidr.version):
        raise BadInput("ip_version", f"{values['cidr']} is not of IP version {values['ip_version']}")
    if cidr is UNSET and not (values.get("subnetpool_id") or values.get("use_default_subnetpool")):
        raise BadInput("cidr", "a subnetpool must be specified in the absence of a cidr", kind="BadRequest")
    return NewSubnet(
        project_id=project_id,
        network_id=values["network_id"],
        cidr=cidr,
        **given(values, *_ONCE),
        **_common(values),
    )


def changes(values: Values) -> SubnetChanges:
    """What an update asks for."""
    return SubnetChanges(**_common(values))


def view(subnet: Subnet) -> Shown:
    """What a response shows."""
    return standard(subnet) | {
        "name": subnet.name,
        "network_id": subnet.network_id,
        "ip_version": subnet.cidr.version,
        "cidr": str(subnet.cidr),
        "gateway_ip": str(subnet.gateway_ip) if subnet.gateway_ip else None,
        "enable_dhcp": subnet.enable_dhcp,
        "allocation_pools": [{"start": str(pool.first), "end": str(pool.last)} for pool in subnet.pools],
        "dns_nameservers": [str(server) for server in subnet.dns_nameservers],
        "host_routes": [
            {"destination": str(route.destination), "nexthop": str(route.nexthop)}
            for route in subnet.host_routes
        ],
        "ipv6_ra_mode": subnet.ipv6_ra_mode,
        "ipv6_address_mode": subnet.ipv6_address_mode,
        "subnetpool_id": subnet.subnetpool_id,
        "service_types": list(subnet.service_types),
    }


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, "name", "description", "enable_dhcp"))
    if "service_types" in values:
        common["service_types"] = tuple(dict.fromkeys(values["service_types"]))
    if "gateway_ip" in values:
        gateway = values["gateway_ip"]
        common["gateway_ip"] = None if gateway is None else address("gateway_ip", gateway)
    if "allocation_pools" in values:
        common["pools"] = tuple(_pool(item) for item in values["allocation_pools"])
    if "dns_nameservers" in values:
        common["dns_nameservers"] = tuple(
            address("dns_nameservers", server) for server in values["dns_nameservers"]
        )
    if "host_routes" in values:
        common["host_routes"] = tuple(
            HostRoute(network("host_routes", item["destination"]), address("host_routes", item["nexthop"]))
            for item in items("host_routes", values["host_routes"], ("destination", "nexthop"))
        )
    return common


def _pool(item: Mapping[str, Any]) -> Pool:
    first, last = (address("allocation_pools", str(item[end])) for end in ("start", "end"))
    return Pool(first, last)
