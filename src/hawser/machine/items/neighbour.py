"""A permanent neighbour entry of a bridge: what it answers to who asks for the address (RFC 826, RFC 4861).

It answers where the port by which the neighbour is reached has `link.Member.answers`. An entry of ours carries our
protocol number (NDA_PROTOCOL).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hawser.machine.items.item import ROOT, Item, Key, link_key


@dataclass(frozen=True, slots=True)
class Neighbour(Item):
    """``address`` is at ``mac``, on the network of the bridge ``link``."""

    link: str
    address: IPv4Address | IPv6Address
    mac: str

    @property
    def key(self) -> Key:
        """("neighbour", "", link, address)."""
        return ("neighbour", ROOT, self.link, str(self.address))

    def requires(self) -> frozenset[Key]:
        """The bridge."""
        return frozenset({link_key(ROOT, self.link)})

    def falls_with(self) -> frozenset[Key]:
        """The bridge."""
        return self.requires()
