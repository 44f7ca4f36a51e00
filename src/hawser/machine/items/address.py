"""An address on an interface in a namespace; IPv6 ones without duplicate address detection."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from hawser.machine.items.item import Item, Key, link_key


@dataclass(frozen=True, slots=True)
class Address(Item):
    """``interface`` on ``link`` in ``netns``."""

    netns: str
    link: str
    interface: IPv4Interface | IPv6Interface

    @property
    def key(self) -> Key:
        """("address", netns, link, address with prefix length)."""
        return ("address", self.netns, self.link, str(self.interface))

    def requires(self) -> frozenset[Key]:
        """Its interface."""
        return frozenset({link_key(self.netns, self.link)})

    def falls_with(self) -> frozenset[Key]:
        """Its interface."""
        return frozenset({link_key(self.netns, self.link)})

    def claims(self) -> frozenset[Hashable]:
        """The address on its interface, whatever the prefix length."""
        return frozenset({("address", self.netns, self.link, self.interface.ip)})
