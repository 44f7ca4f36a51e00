"""Rules about a subnet that are true without a database. Each is checked by raising `BadInput`/`Conflict`."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import pairwise

from hawser.base.addresses import Address, Network
from hawser.base.errors import BadInput, Conflict
from hawser.server.model.subnet import NewSubnet, Pool

_MODES = ("slaac", "dhcpv6-stateful", "dhcpv6-stateless")


def check_modes(draft: NewSubnet) -> None:
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
        _check_mode(field, mode, draft)
    if len(set(said.values())) > 1:
        raise BadInput("ipv6_address_mode", "it differs from ipv6_ra_mode")
    if draft.ipv6_address_mode in ("slaac", "dhcpv6-stateless") and draft.cidr.prefixlen != 64:
        raise BadInput("cidr", f"{draft.cidr} cannot be autoconfigured", "Use a /64.")


def _check_mode(field: str, mode: str, draft: NewSubnet) -> None:
    if mode not in _MODES:
        raise BadInput(field, f"'{mode}' is not one of {', '.join(_MODES)}")
    if isinstance(draft.cidr, IPv4Network):
        raise BadInput(field, "the subnet is IPv4", "Leave it out.")
    if not draft.enable_dhcp:
        raise BadInput(field, "enable_dhcp is false", "Leave it out or enable DHCP.")


def check_gateway(cidr: Network, gateway: Address | None) -> None:
    """The gateway is an address of the subnet that a host can have."""
    if gateway is None:
        return
    if gateway not in cidr:
        raise BadInput("gateway_ip", f"{gateway} is not within {cidr}")
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
