"""A chain of iptables or ip6tables in a namespace, with all of its rules in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from hawser.machine.items.item import Item, Key, inside


@dataclass(frozen=True, slots=True)
class Chain(Item):
    """``rules`` are what follows ``-A <name>``, spelt as iptables-save prints them.

    ``family`` is 4 or 6. ``jumps`` are the own chains of the same table that the
    rules jump to: they are written in an earlier commit, and removed in a later one. Chains that are wanted at
    the same time need not name each other: they are written in one commit.
    """

    netns: str
    family: int
    table: str
    name: str
    rules: tuple[str, ...]
    jumps: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> Key:
        """("chain", netns, family, table, name)."""
        return self._key(self.name)

    def requires(self) -> frozenset[Key]:
        """Its namespace, and the chains it jumps to."""
        return inside(self.netns) | {self._key(name) for name in self.jumps}

    def falls_with(self) -> frozenset[Key]:
        """Its namespace."""
        return inside(self.netns)

    def _key(self, name: str) -> Key:
        return ("chain", self.netns, str(self.family), self.table, name)
