"""A flood entry of a VXLAN end point: frames without a known place go to this other end, too."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hawser.machine.items.item import ROOT, Item, Key, link_key


@dataclass(frozen=True, slots=True)
class Flood(Item):
    """An all-zero-MAC entry of the forwarding table of ``link``."""

    link: str
    vtep: IPv4Address | IPv6Address

    @property
    def key(self) -> Key:
        """("flood", "", link, vtep)."""
        return ("flood", ROOT, self.link, str(self.vtep))

    def requires(self) -> frozenset[Key]:
        """The VXLAN interface."""
        return frozenset({link_key(ROOT, self.link)})

    def falls_with(self) -> frozenset[Key]:
        """The VXLAN interface."""
        return frozenset({link_key(ROOT, self.link)})
