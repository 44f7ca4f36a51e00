"""Rules about subnet pools that are true without a database. Each is checked by raising `BadInput`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from hawser.base.addresses import Network
from hawser.base.errors import BadInput
from hawser.server.model.subnetpool import SubnetPool

LONGEST = {4: 32, 6: 128}
"""The longest prefix by IP version: what ``max_prefixlen`` is where nobody says."""
SHORTEST = {4: 8, 6: 64}
"""What ``min_prefixlen`` is where nobody says."""
_UNIT = {4: 32, 6: 64}
"""The length of the prefixes that a quota counts."""
_FIELD = "prefixes"


def version(prefixes: Sequence[Network]) -> int:
    """The IP version of a pool with these prefixes, which all must have."""
    if not prefixes:
        raise BadInput(_FIELD, "a subnet pool needs one at least", kind="EmptySubnetPoolPrefixList")
    versions = {prefix.version for prefix in prefixes}
    if len(versions) > 1:
        raise BadInput(
            _FIELD, "a subnet pool cannot hold both IPv4 and IPv6 prefixes", kind="PrefixVersionMismatch"
        )
    return versions.pop()


def compact(prefixes: Iterable[Network]) -> tuple[Network, ...]:
    """The fewest prefixes that hold the same addresses, sorted; all are of one IP version."""
    fours = [each for each in prefixes if isinstance(each, IPv4Network)]
    sixes = [each for each in prefixes if isinstance(each, IPv6Network)]
    return (*collapse_addresses(fours), *collapse_addresses(sixes))


def without(prefixes: Iterable[Network], removed: Sequence[Network]) -> tuple[Network, ...]:
    """What is left of ``prefixes`` when the addresses of ``removed`` are taken out."""
    left = list(prefixes)
    for gone in removed:
        left = [part for prefix in left for part in _less(prefix, gone)]
    return compact(left)


def cover(prefixes: Iterable[Network], cidr: Network) -> bool:
    """Whether one of the prefixes holds the whole of ``cidr``."""
    return any(within(cidr, prefix) for prefix in prefixes)


def within(cidr: Network, prefix: Network) -> bool:
    """Whether ``cidr`` is a part of ``prefix``."""
    return cidr.version == prefix.version and cidr.subnet_of(prefix)  # type: ignore[arg-type]


def overlap(some: Iterable[Network], others: Sequence[Network]) -> bool:
    """Whether any address is in both."""
    return any(one.version == other.version and one.overlaps(other) for one in some for other in others)


def check_bounds(pool: SubnetPool) -> None:
    """The lengths of a pool fit each other and its IP version."""
    longest = LONGEST[pool.ip_version]
    _check_order("max_prefixlen", pool.max_prefixlen, "ip_version_max", longest)
    _check_order("min_prefixlen", pool.min_prefixlen, "max_prefixlen", pool.max_prefixlen)
    _check_order("min_prefixlen", pool.min_prefixlen, "default_prefixlen", pool.default_prefixlen)
    _check_order("default_prefixlen", pool.default_prefixlen, "max_prefixlen", pool.max_prefixlen)


def check_length(pool: SubnetPool, length: int) -> None:
    """The pool lets subnets have this prefix length."""
    if length < pool.min_prefixlen:
        raise BadInput(
            "prefixlen",
            f"{length} is less than {pool.min_prefixlen}, the least of subnet pool {pool.id}",
            kind="MinPrefixSubnetAllocationError",
        )
    if length > pool.max_prefixlen:
        raise BadInput(
            "prefixlen",
            f"{length} is more than {pool.max_prefixlen}, the most of subnet pool {pool.id}",
            kind="MaxPrefixSubnetAllocationError",
        )


def units(cidr: Network) -> float:
    """How much of a quota a subnet takes: addresses of IPv4, /64 networks (or parts of one) of IPv6."""
    return float(2.0 ** (_UNIT[cidr.version] - cidr.prefixlen))


def _check_order(small: str, less: int, great: str, more: int) -> None:
    if less > more:
        raise BadInput(small, f"{less} is more than {great}, {more}", kind="IllegalSubnetPoolPrefixBounds")


def _less(prefix: Network, gone: Network) -> Iterable[Network]:
    if not overlap([prefix], [gone]):
        return [prefix]
    if within(prefix, gone):
        return []
    return prefix.address_exclude(gone)  # type: ignore[arg-type]
