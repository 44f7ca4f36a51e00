"""A tenant network and the highly available router that leads out of it, made and taken away over the API."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from benchmarks.api import Api


@dataclass(frozen=True, slots=True)
class TenantNetwork:
    """One network with one IPv4 subnet; ``gateway`` is the address that a router on it gets."""

    id: str
    subnet: str
    cidr: IPv4Network
    gateway: str


@dataclass(frozen=True, slots=True)
class Router:
    """A highly available router between a tenant network and the external one; ``outer`` is its address
    there."""

    id: str
    inside: TenantNetwork
    outer: str


def make_network(api: Api, name: str, cidr: IPv4Network, *, dhcp: bool = True) -> TenantNetwork:
    """A network and its subnet."""
    network = str(api.create("network", name=name)["id"])
    subnet = api.create("subnet", network_id=network, cidr=str(cidr), ip_version=4, enable_dhcp=dhcp)
    return TenantNetwork(network, str(subnet["id"]), cidr, str(subnet["gateway_ip"]))


def make_router(api: Api, inside: TenantNetwork, external: str) -> Router:
    """A router, joined to the subnet, then to the external network: three requests."""
    router = str(api.create("router", name="bench", ha=True)["id"])
    api.act(router, "add_router_interface", subnet_id=inside.subnet)
    changed = api.change("router", router, external_gateway_info={"network_id": external})
    outer = str(changed["external_gateway_info"]["external_fixed_ips"][0]["ip_address"])
    return Router(router, inside, outer)


def remove_router(api: Api, router: Router) -> None:
    """The reverse; the tenant network stays."""
    api.act(router.id, "remove_router_interface", subnet_id=router.inside.subnet)
    api.delete("router", router.id)
