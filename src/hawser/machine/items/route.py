"""A route in a namespace (protocol static): a unicast one in the main table, or a local one in that of the kernel's."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hawser.machine.items.item import Item, Key, inside, link_key

LOOPBACK = "lo"
"""Every namespace has it."""


@dataclass(frozen=True, slots=True)
class Route(Item):
    """``destination`` through ``nexthop`` (None: on link) out of ``link``. ``local``: it is this machine (`LOOPBACK`).

    Of several to one destination that with the lowest ``metric`` counts; 0 is what a route has that does not say. One
    that says outlives the addresses of its interface.
    """

    netns: str
    destination: IPv4Network | IPv6Network
    nexthop: IPv4Address | IPv6Address | None
    link: str
    metric: int = 0
    local: bool = False

    @property
    def key(self) -> Key:
        """("route", netns, destination), with a metric and that it is local where it is so."""
        further = (str(self.metric),) if self.metric else ()
        return ("route", self.netns, str(self.destination), *further, *(("local",) if self.local else ()))

    def requires(self) -> frozenset[Key]:
        """Its interface and namespace. Which address makes the next hop reachable is the planner's matter."""
        own = frozenset() if self.link == LOOPBACK else frozenset({link_key(self.netns, self.link)})
        return inside(self.netns) | own

    def falls_with(self) -> frozenset[Key]:
        """Its interface and namespace."""
        return self.requires()
