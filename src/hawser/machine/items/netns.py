"""A network namespace with a name, as `ip netns` lists it.

Its loopback interface is up; interfaces that appear in it have IPv6 off until a `Sysctl` turns it on.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from hawser.machine.items.item import Item, Key, netns_key


@dataclass(frozen=True, slots=True)
class Netns:
    """A named network namespace under /run/netns."""

    name: str

    @property
    def key(self) -> Key:
        """("netns", name)."""
        return netns_key(self.name)

    def provides(self) -> frozenset[Key]:
        """Itself."""
        return frozenset({self.key})

    def requires(self) -> frozenset[Key]:
        """Nothing."""
        return frozenset()

    def falls_with(self) -> frozenset[Key]:
        """Nothing."""
        return frozenset()

    def claims(self) -> frozenset[Hashable]:
        """Nothing."""
        return frozenset()

    def can_become(self, other: Item) -> bool:
        """Two namespaces of one name are the same."""
        return isinstance(other, Netns)
