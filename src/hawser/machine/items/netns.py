"""A network namespace with a name, as `ip netns` lists it.

Its loopback interface is up; interfaces that appear in it have IPv6 off until a `Sysctl` turns it on.
"""

from __future__ import annotations

from dataclasses import dataclass

from hawser.machine.items.item import Item, Key, netns_key


@dataclass(frozen=True, slots=True)
class Netns(Item):
    """A named network namespace under /run/netns."""

    name: str

    @property
    def key(self) -> Key:
        """("netns", name)."""
        return netns_key(self.name)
