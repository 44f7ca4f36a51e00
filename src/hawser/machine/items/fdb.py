"""The forwarding table of a VXLAN end point: where frames without a known place go, and what places it is told.

A told place is marked as learnt elsewhere (NTF_EXT_LEARNED), by which it is known as ours: it does not grow old, and
yet a frame from another place moves it, as it moves one that the kernel learnt itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hawser.machine.items.item import ROOT, Item, Key, link_key
from hawser.machine.items.link import member_key


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
        return self.requires()


@dataclass(frozen=True, slots=True)
class Place(Item):
    """Frames to ``mac`` leave the bridge by ``link``, and go to ``vtep``: an entry in the tables of both."""

    link: str
    mac: str
    vtep: IPv4Address | IPv6Address

    @property
    def key(self) -> Key:
        """("place", "", link, mac)."""
        return ("place", ROOT, self.link, self.mac)

    def requires(self) -> frozenset[Key]:
        """The VXLAN interface, on its bridge."""
        return frozenset({link_key(ROOT, self.link), member_key(self.link)})

    def falls_with(self) -> frozenset[Key]:
        """Either."""
        return self.requires()
