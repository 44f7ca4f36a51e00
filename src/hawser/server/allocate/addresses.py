"""Addresses of a subnet: which may be given out, and which comes next. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence
from ipaddress import IPv4Network, ip_address

from hawser.base.addresses import Address, Network
from hawser.server.model.subnet import Pool


def usable(cidr: Network) -> Pool:
    """The addresses that hosts may have.

    Not the network's and the broadcast address of IPv4, unless the prefix is /31 (RFC 3021) or /32; not the
    subnet-router anycast address of IPv6 (RFC 4291, section 2.6.1), unless it is /127 (RFC 6164) or /128.
    """
    first, last = cidr.network_address, cidr.broadcast_address
    if cidr.prefixlen >= cidr.max_prefixlen - 1:
        return Pool(first, last)
    return Pool(first + 1, last - 1 if isinstance(cidr, IPv4Network) else last)


def first_usable(cidr: Network) -> Address:
    """The gateway's address where nobody says otherwise."""
    return usable(cidr).first


def default_pools(cidr: Network, gateway: Address | None) -> tuple[Pool, ...]:
    """All usable addresses but the gateway's."""
    everything = usable(cidr)
    if gateway is None or not contains(everything, gateway):
        return (everything,)
    below, above = int(gateway) - 1, int(gateway) + 1
    pools = []
    if below >= int(everything.first):
        pools.append(Pool(everything.first, _same_kind(below, everything)))
    if above <= int(everything.last):
        pools.append(Pool(_same_kind(above, everything), everything.last))
    return tuple(pools)


def contains(pool: Pool, address: Address) -> bool:
    """Whether the address is in the pool."""
    return pool.first.version == address.version and int(pool.first) <= int(address) <= int(pool.last)


def lowest_free(pools: Sequence[Pool], taken: Container[int]) -> Address | None:
    """The lowest address of the first pool with room; ``taken`` holds addresses as numbers. None: no room."""
    for pool in pools:
        for number in range(int(pool.first), int(pool.last) + 1):
            if number not in taken:
                return _same_kind(number, pool)
    return None


def _same_kind(number: int, pool: Pool) -> Address:
    """The number as an address of the pool's version; a small one alone would always be read as IPv4."""
    return ip_address(number.to_bytes(pool.first.max_prefixlen // 8, "big"))
