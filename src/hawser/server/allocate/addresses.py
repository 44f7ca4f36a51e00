"""Addresses of a subnet: which may be given out, and which comes next. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
        pools.append(Pool(everything.first, numbered(below, cidr)))
    if above <= int(everything.last):
        pools.append(Pool(numbered(above, cidr), everything.last))
    return tuple(pools)


def contains(pool: Pool, address: Address) -> bool:
    """Whether the address is in the pool."""
    return pool.first.version == address.version and int(pool.first) <= int(address) <= int(pool.last)


@dataclass(frozen=True, slots=True)
class Range:
    """Free addresses next to each other, both ends included, as numbers; ``pool`` is the place of their pool."""

    first: int
    last: int
    pool: int


def free_ranges(pools: Sequence[Pool], taken: Iterable[int]) -> Iterator[Range]:
    """What is left of the pools without the addresses ``taken`` (as numbers), by pool."""
    ordered = sorted(set(taken))
    for place, pool in enumerate(pools):
        first, last = int(pool.first), int(pool.last)
        for number in ordered[bisect_left(ordered, first) : bisect_right(ordered, last)]:
            if first < number:
                yield Range(first, number - 1, place)
            first = number + 1
        if first <= last:
            yield Range(first, last, place)


def numbered(number: int, cidr: Network) -> Address:
    """The number as an address of the network's version; a small one alone would always be read as IPv4."""
    return ip_address(number.to_bytes(cidr.max_prefixlen // 8, "big"))
