"""Which part of a pool's address space comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_network

from hawser.base.addresses import Network
from hawser.server.allocate.addresses import numbered


def lowest_free(prefixes: Sequence[Network], taken: Iterable[Network], length: int) -> Network | None:
    """The lowest network with prefix length ``length`` within ``prefixes`` and apart from ``taken``.

    ``prefixes`` are sorted and apart from each other, and so are the networks ``taken`` among themselves.
    """
    occupied = sorted((int(each.network_address), int(each.broadcast_address)) for each in taken)
    for prefix in prefixes:
        if length < prefix.prefixlen:
            continue
        size = 1 << (prefix.max_prefixlen - length)
        start, last = int(prefix.network_address), int(prefix.broadcast_address)
        for low, high in occupied:
            if high < start:
                continue
            if low >= start + size:
                break
            start = -(-(high + 1) // size) * size
        if start + size - 1 <= last:
            return ip_network(f"{numbered(start, prefix)}/{length}")
    return None
