"""Subnets: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

_PARTS = subnet_definition.RESOURCE_ATTRIBUTE_MAP["subnets"]
ATTRIBUTES = table(
    "subnet",
    "subnets",
    (subnet_definition,),
    # There are no subnet pools: a CIDR is always the caller's, and "no pool" may be said.
    STANDARD
    | TAGGED
    | {
        "cidr": {k: v for k, v in _PARTS["cidr"].items() if k != "default"}
        | {"validate": {"type:subnet": None}},
        "subnetpool_id": {
            "allow_post": True,
            "allow_put": False,
            "default": None,
            "validate": {"type:values": [None]},
        },
        "prefixlen": {"allow_post": False, "allow_put": False},
        "ip_version": {**_PARTS["ip_version"], "default": None},
    },
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "network_id", "ipv6_ra_mode", "ipv6_address_mode"),
    **fields(canonical_network, "cidr"),
    **fields(canonical_address, "gateway_ip"),
    **fields(boolean, "enable_dhcp"),
}


def new(values: Values, project_id: str) -> NewSubnet:
    """What a create asks for."""
    cidr = network("cidr", values["cidr"])
    if values["ip_version"] not in (None, cidr.version):
        raise BadInput("ip_version", f"{values['cidr']} is not of IP version {values['ip_version']}")
    return NewSubnet(
        project_id=project_id,
        network_id=values["network_id"],
        cidr=cidr,
        **given(values, "ipv6_ra_mode", "ipv6_address_mode"),
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
        "subnetpool_id": None,
    }


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, "name", "description", "enable_dhcp"))
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
