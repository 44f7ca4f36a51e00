"""What every item is: a thing that stands on a machine, needs others, and excludes others."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

Key = tuple[str, ...]
ROOT = ""
"""The name of the machine's own network namespace in keys and items."""


class Item(Protocol):
    """A frozen, slotted dataclass. Two items with one key are two states of one thing.

    ``key`` is (kind, where, name): ("link", "qrouter-…", "qr-1"). ``provides`` are all the keys that others
    may require once this stands (a veth pair provides both of its ends); it holds ``key``. ``requires`` are
    keys that must stand before it; a required key that no item provides is taken as a fact of the machine.
    ``falls_with`` are those of the required keys whose removal takes this away too, at once and for free.
    ``claims`` are what only one item may hold at a time (a VNI, a UDP port): the old holder goes first.
    ``can_become`` says whether it can be changed into ``other`` in place, or has to be rebuilt; what it
    provides stays the same then.
    """

    @property
    def key(self) -> Key: ...
    def provides(self) -> frozenset[Key]: ...
    def requires(self) -> frozenset[Key]: ...
    def falls_with(self) -> frozenset[Key]: ...
    def claims(self) -> frozenset[Hashable]: ...
    def can_become(self, other: Item) -> bool: ...


def netns_key(name: str) -> Key:
    """The key of a network namespace."""
    return ("netns", name)


def link_key(netns: str, name: str) -> Key:
    """The key of an interface in a namespace (``ROOT`` for the machine's own)."""
    return ("link", netns, name)


def inside(netns: str) -> frozenset[Key]:
    """What an item that lives in ``netns`` requires of it: nothing in the machine's own namespace."""
    return frozenset() if netns == ROOT else frozenset({netns_key(netns)})
