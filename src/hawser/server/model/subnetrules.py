"""Rules about a subnet that are true without a database. Each is checked by raising `BadInput`/`Conflict`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network
from itertools import pairwise

from hawser.base.addresses import Address, Network
from hawser.base.errors import BadInput, Conflict
from hawser.server.model.subnet import HostRoute, NewSubnet, Pool, autoconfigured

MOST_DNS_SERVERS = 5
MOST_HOST_ROUTES = 20
IPV6_MTU = 1280
_MODES = ("slaac", "dhcpv6-stateful", "dhcpv6-stateless")


def check_modes(draft: NewSubnet, cidr: Network) -> None:
    """The IPv6 modes fit the subnet and each other (RFC 4862 needs a /64 for autoconfiguration)."""
    said = {
        field: mode
        for field, mode in (
            ("ipv6_ra_mode", draft.ipv6_ra_mode),
            ("ipv6_address_mode", draft.ipv6_address_mode),
        )
        if mode is not None
    }
    for field, mode in said.items():
        _check_mode(field, mode, draft, cidr)
    if len(set(said.values())) > 1:
        raise BadInput("ipv6_address_mode", "it differs from ipv6_ra_mode")
    if autoconfigured(draft.ipv6_ra_mode, draft.ipv6_address_mode) and cidr.prefixlen != 64:
        raise BadInput("cidr", f"{cidr} cannot be autoconfigured", "Use a /64.")


def _check_mode(field: str, mode: str, draft: NewSubnet, cidr: Network) -> None:
    if mode not in _MODES:
        raise BadInput(field, f"'{mode}' is not one of {', '.join(_MODES)}")
    if isinstance(cidr, IPv4Network):
        raise BadInput(field, "the subnet is IPv4", "Leave it out.")
    if not draft.enable_dhcp:
        raise BadInput(field, "enable_dhcp is false", "Leave it out or enable DHCP.")


def check_cidr(cidr: Network, enable_dhcp: bool) -> None:
    """The block is one that hosts can be in and, where they are served by DHCP, be told of."""
    if cidr.prefixlen == 0:
        raise BadInput("cidr", "0 is not allowed as its prefix length", kind="BadRequest")
    if not enable_dhcp:
        return
    for kind, wrong in (("Multicast", cidr.is_multicast), ("Loopback", cidr.is_loopback)):
        if wrong:
            raise BadInput("cidr", f"{kind} IP subnet is not supported if enable_dhcp is True")
    if cidr.prefixlen > cidr.max_prefixlen - 2:
        raise BadInput("enable_dhcp", f"a /{cidr.prefixlen} has no room for hosts with DHCP", "Disable it.")


def check_told(cidr: Network, servers: Sequence[Address], routes: Sequence[HostRoute]) -> None:
    """What hosts are told is of the subnet's IP version, and not too much."""
    if len(servers) > MOST_DNS_SERVERS:
        raise BadInput(
            "dns_nameservers", f"there are more than {MOST_DNS_SERVERS}", kind="DNSNameServersExhausted"
        )
    if len(routes) > MOST_HOST_ROUTES:
        raise BadInput("host_routes", f"there are more than {MOST_HOST_ROUTES}", kind="HostRoutesExhausted")
    for server in servers:
        _check_version("dns_nameservers", server, cidr)
    for route in routes:
        _check_version("host_routes", route.destination, cidr)
        _check_version("host_routes", route.nexthop, cidr)


def _check_version(field: str, told: Address | Network, cidr: Network) -> None:
    if told.version != cidr.version:
        raise BadInput(field, f"{told} does not match the ip_version {cidr.version}")


def check_gateway(cidr: Network, gateway: Address | None) -> None:
    """Within the subnet, the gateway is an address that a host can have. Outside of it, it is on the same link."""
    if gateway is None:
        return
    _check_version("gateway_ip", gateway, cidr)
    whole = isinstance(cidr, IPv4Network) and cidr.prefixlen < 31
    if whole and gateway in (cidr.network_address, cidr.broadcast_address):
        raise BadInput("gateway_ip", f"{gateway} stands for the whole of {cidr}, not for a host")


def check_pools(cidr: Network, gateway: Address | None, pools: tuple[Pool, ...]) -> None:
    """Pools are ranges of the subnet's host addresses, apart from each other and from the gateway."""
    for pool in pools:
        _check_pool(cidr, pool)
    ordered = sorted(pools, key=lambda pool: int(pool.first))
    for one, other in pairwise(ordered):
        if int(other.first) <= int(one.last):
            raise Conflict(
                f"Found overlapping allocation pools {words(one)} and {words(other)} for subnet {cidr}.",
                "OverlappingAllocationPools",
            )
    for pool in pools:
        if gateway is not None and int(pool.first) <= int(gateway) <= int(pool.last):
            raise Conflict(
                f"Gateway {gateway} conflicts with allocation pool {words(pool)}.",
                "GatewayConflictWithAllocationPools",
            )


def words(pool: Pool) -> str:
    """A pool as people write it."""
    return f"{pool.first}-{pool.last}"


def _check_pool(cidr: Network, pool: Pool) -> None:
    versions = {pool.first.version, pool.last.version, cidr.version}
    if len(versions) > 1 or int(pool.first) > int(pool.last):
        raise BadInput("allocation_pools", f"{words(pool)} is not a range", kind="InvalidAllocationPool")
    first, last = int(cidr.network_address), int(cidr.broadcast_address)
    if isinstance(cidr, IPv4Network) and cidr.prefixlen < 31:
        first, last = first + 1, last - 1
    if int(pool.first) < first or int(pool.last) > last:
        raise BadInput(
            "allocation_pools",
            f"{words(pool)} is not within the host addresses of {cidr}",
            kind="OutOfBoundsAllocationPool",
        )


def check_mtu(network_id: str, mtu: int, versions: Iterable[int]) -> None:
    """`Conflict` where IPv6 (RFC 8200, section 5) would not fit into a network of this MTU."""
    if mtu < IPV6_MTU and 6 in versions:
        raise Conflict(
            f"MTU of {network_id} is not valid, subnet requires a minimum of {IPV6_MTU}",
            "NetworkMTUSubnetConflict",
        )
