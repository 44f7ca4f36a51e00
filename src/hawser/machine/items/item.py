"""What every item is: a thing that stands on a machine, needs others, and excludes others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable

Key = tuple[str, ...]
ROOT = ""
"""The name of the machine's own network namespace in keys and items."""


class Item(ABC):
    """A frozen, slotted dataclass. Two items with one key are two states of one thing.

    An item says what is special about it; one that says nothing needs, holds and takes away nothing.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def key(self) -> Key:
        """(kind, where, name): ("link", "qrouter-…", "qr-1")."""

    def provides(self) -> frozenset[Key]:
        """All the keys that others may require once this stands; ``key`` is among them."""
        return frozenset({self.key})

    def requires(self) -> frozenset[Key]:
        """What must stand before it. A key that no item provides is taken as a fact of the machine."""
        return frozenset()

    def awaits(self) -> frozenset[Key]:
        """What is made first where both are made. Unlike what it requires, that may go while this stands."""
        return frozenset()

    def falls_with(self) -> frozenset[Key]:
        """Those of the required keys whose removal takes this away too, at once and for free."""
        return frozenset()

    def claims(self) -> frozenset[Hashable]:
        """What only one item may hold at a time (a VNI, a UDP port): the old holder goes first."""
        return frozenset()

    def can_become(self, other: Item) -> bool:
        """Whether it is changed into ``other`` in place, or has to be rebuilt; what it provides stays the same."""
        return type(self) is type(other)


def netns_key(name: str) -> Key:
    """The key of a network namespace."""
    return ("netns", name)


def link_key(netns: str, name: str) -> Key:
    """The key of an interface in a namespace (``ROOT`` for the machine's own)."""
    return ("link", netns, name)


def inside(netns: str) -> frozenset[Key]:
    """What an item that lives in ``netns`` requires of it: nothing in the machine's own namespace."""
    return frozenset() if netns == ROOT else frozenset({netns_key(netns)})
