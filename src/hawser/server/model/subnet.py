"""A subnet: a block of addresses on a network, and what its hosts are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base import addresses
from hawser.server.model.unset import UNSET, Unset

_SELF_MADE = ("slaac", "dhcpv6-stateless")


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
    """The IPv6 modes are "slaac", "dhcpv6-stateful", "dhcpv6-stateless" or None.

    ``service_types`` are the device owners (up to a colon: all that begin so) whose ports get its addresses; () is
    those that no other subnet of the network and the IP version is for. ``subnetpool_id`` is where the block was
    cut out of.
    """

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
    subnetpool_id: str | None = None
    service_types: tuple[str, ...] = ()

    @property
    def autoconfigured(self) -> bool:
        """Whether hosts make their own addresses from the prefix (SLAAC or stateless DHCPv6)."""
        return autoconfigured(self.ipv6_ra_mode, self.ipv6_address_mode)

    def serves(self, device_owner: str) -> bool:
        """Whether it is for ports of this owner in particular."""
        return any(
            device_owner == kind or (kind.endswith(":") and device_owner.startswith(kind))
            for kind in self.service_types
        )


@dataclass(frozen=True, slots=True)
class NewSubnet:
    """What a create asks for. ``gateway_ip`` None is a subnet without any; UNSET is its first address.

    ``pools`` UNSET are all addresses but the gateway's, the network's and the broadcast's. ``cidr`` UNSET is any
    free block of the subnet pool, of ``prefixlen`` or as the pool has it. The pool is that of ``subnetpool_id``,
    or with ``use_default_subnetpool`` the default one of the IP version.
    """

    project_id: str
    network_id: str
    cidr: addresses.Network | Unset = UNSET
    name: str = ""
    description: str = ""
    gateway_ip: addresses.Address | Unset | None = UNSET
    enable_dhcp: bool = True
    pools: tuple[Pool, ...] | Unset = UNSET
    dns_nameservers: tuple[addresses.Address, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    ipv6_ra_mode: str | None = None
    ipv6_address_mode: str | None = None
    ip_version: int | None = None
    subnetpool_id: str | None = None
    prefixlen: int | Unset = UNSET
    use_default_subnetpool: bool = False
    service_types: tuple[str, ...] = ()


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
    service_types: tuple[str, ...] | Unset = UNSET


def autoconfigured(ra_mode: str | None, address_mode: str | None) -> bool:
    """Whether hosts of a subnet with these IPv6 modes make their own addresses."""
    return not {ra_mode, address_mode}.isdisjoint(_SELF_MADE)
