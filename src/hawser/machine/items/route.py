"""A unicast route of the main table in a namespace (protocol static)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hawser.machine.items.item import Item, Key, inside, link_key


@dataclass(frozen=True, slots=True)
class Route(Item):
    """``destination`` through ``nexthop`` (None: on link) out of ``link``."""

    netns: str
    destination: IPv4Network | IPv6Network
    nexthop: IPv4Address | IPv6Address | None
    link: str

    @property
    def key(self) -> Key:
        """("route", netns, destination)."""
        return ("route", self.netns, str(self.destination))

    def requires(self) -> frozenset[Key]:
        """Its interface and namespace. Which address makes the next hop reachable is the planner's matter."""
        return inside(self.netns) | {link_key(self.netns, self.link)}

    def falls_with(self) -> frozenset[Key]:
        """Its interface and namespace."""
        return self.requires()
