"""The driver of the forwarding entries of our VXLAN interfaces: where to flood to, and told places."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Iterator, Sequence
from ipaddress import ip_address

from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers import rtneighbour
from hawser.machine.drivers.inside import apply_inside
from hawser.machine.drivers.kernel import Kernel
from hawser.machine.drivers.netlink import Request
from hawser.machine.drivers.rtneighbour import NO_MAC, Entry
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.item import ROOT, Item
from hawser.machine.ownership import owns_alias
from hawser.machine.plan import Op, Verb

_GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.EOPNOTSUPP})
"""The last is said of the bridge's table where an interface is on none."""
_NOWHERE = ip_address("0.0.0.0")
"""Where a place reads to be that only one of the two tables has: so that it differs from any wish."""


class FdbDriver(Prompt):
    """Adds and removes entries in one batch."""

    kinds = (Flood, Place)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The entries of VXLAN interfaces with our alias that are ours by their kind."""
        for link in self._kernel.links(ROOT):
            if link.kind == "vxlan" and owns_alias(link.alias):
                yield from _items(link.name, rtneighbour.entries(self._kernel.socket(ROOT), link.index))

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One batch."""
        return apply_inside(self._kernel, ops, _requests, _GONE)


def _items(link: str, entries: Sequence[Entry]) -> Iterator[Item]:
    """A place stands when the bridge has the MAC behind this port, too, whoever said so."""
    bridged = {entry.mac for entry in entries if not entry.own}
    for entry in entries:
        if not entry.own or entry.vtep is None or entry.vtep.is_multicast:
            continue
        if entry.mac == NO_MAC:
            yield Flood(link, entry.vtep)
        elif entry.told:
            yield Place(link, entry.mac, entry.vtep if entry.mac in bridged else _NOWHERE)


def _requests(op: Op, index: int) -> Sequence[Request]:
    deleting, item = op.verb is Verb.DELETE, op.item
    if isinstance(item, Flood):
        build = rtneighbour.delete_flood if deleting else rtneighbour.add_flood
        return (build(index, item.vtep),)
    assert isinstance(item, Place)
    if not deleting:
        return (rtneighbour.set_place(index, item.mac, item.vtep),)
    return tuple(rtneighbour.delete_place(index, item.mac, item.vtep, own) for own in (True, False))
