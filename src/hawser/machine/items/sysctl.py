"""A kernel setting of a namespace. It always exists: it is read where somebody wants it, never deleted."""

from __future__ import annotations

from dataclasses import dataclass, field

from hawser.machine.items.item import Item, Key, inside, link_key


def sysctl_key(netns: str, name: str, link: str = "") -> Key:
    """The key of a setting."""
    return ("sysctl", netns, name, link)


@dataclass(frozen=True, slots=True)
class Sysctl(Item):
    """``name`` is the path below /proc/sys with slashes: ``net/ipv4/conf/qr-1/forwarding``.

    ``link`` is the interface that it belongs to, "" for a setting of the whole namespace. ``after`` are
    other keys that must stand first. ``least``: a higher number is as good, and stays. ``optional``: a machine
    where it cannot be set goes on without it.
    """

    netns: str
    name: str
    value: str
    link: str = ""
    after: tuple[Key, ...] = field(default=(), compare=False)
    least: bool = field(default=False, compare=False)
    optional: bool = field(default=False, compare=False)

    @property
    def key(self) -> Key:
        """("sysctl", netns, name, link)."""
        return sysctl_key(self.netns, self.name, self.link)

    def requires(self) -> frozenset[Key]:
        """Its namespace, its interface where it has one, and what it comes after."""
        own = {link_key(self.netns, self.link)} if self.link else set()
        return inside(self.netns) | own | set(self.after)

    def falls_with(self) -> frozenset[Key]:
        """Its namespace and its interface."""
        return self.requires()
