"""A subnet: a block of addresses on a network, and what its hosts are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base import addresses
from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class Pool:
    """The addresses from ``first`` to ``last``, both included, may be given out."""

    first: addresses.Address
    last: addresses.Address


@dataclass(frozen=True, slots=True)
class HostRoute:
    """A route that hosts of the subnet are told."""

    destination: addresses.Network
    nexthop: addresses.Address


@dataclass(frozen=True, slots=True)
class Subnet:
    """The IPv6 modes are "slaac", "dhcpv6-stateful", "dhcpv6-stateless" or None."""

    id: str
    project_id: str
    network_id: str
    name: str
    description: str
    cidr: addresses.Network
    gateway_ip: addresses.Address | None
    enable_dhcp: bool
    pools: tuple[Pool, ...]
    dns_nameservers: tuple[addresses.Address, ...]
    host_routes: tuple[HostRoute, ...]
    ipv6_ra_mode: str | None
    ipv6_address_mode: str | None
    revision: int
    created_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()

    @property
    def autoconfigured(self) -> bool:
        """Whether hosts make their own addresses from the prefix (SLAAC or stateless DHCPv6)."""
        return self.ipv6_address_mode in ("slaac", "dhcpv6-stateless")


@dataclass(frozen=True, slots=True)
class NewSubnet:
    """What a create asks for. ``gateway_ip`` None is a subnet without any; UNSET is its first address.

    ``pools`` UNSET are all addresses but the gateway's, the network's and the broadcast's.
    """

    project_id: str
    network_id: str
    cidr: addresses.Network
    name: str = ""
    description: str = ""
    gateway_ip: addresses.Address | Unset | None = UNSET
    enable_dhcp: bool = True
    pools: tuple[Pool, ...] | Unset = UNSET
    dns_nameservers: tuple[addresses.Address, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    ipv6_ra_mode: str | None = None
    ipv6_address_mode: str | None = None


@dataclass(frozen=True, slots=True)
class SubnetChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    gateway_ip: addresses.Address | Unset | None = UNSET
    enable_dhcp: bool | Unset = UNSET
    pools: tuple[Pool, ...] | Unset = UNSET
    dns_nameservers: tuple[addresses.Address, ...] | Unset = UNSET
    host_routes: tuple[HostRoute, ...] | Unset = UNSET
