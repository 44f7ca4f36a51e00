"""Numbers out of ranges: VNIs, VLAN ids, virtual router ids. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable

VRIDS = ((1, 254),)
"""Virtual router ids: RFC 5798 has 1 to 255; the last one is kept free."""


def lowest_free(ranges: Iterable[tuple[int, int]], taken: Container[object]) -> int | None:
    """The lowest number of the first range (both ends included) with room; None: no room."""
    for low, high in ranges:
        for number in range(low, high + 1):
            if number not in taken:
                return number
    return None
