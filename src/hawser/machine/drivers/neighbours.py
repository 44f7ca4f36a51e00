"""The driver of neighbour entries: permanent ones of our bridges."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Sequence

from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers import rtneighbour
from hawser.machine.drivers.inside import apply_inside
from hawser.machine.drivers.kernel import Kernel
from hawser.machine.drivers.netlink import Request
from hawser.machine.items.item import ROOT, Item
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.ownership import owns_alias
from hawser.machine.plan import Op, Verb

_GONE = frozenset({errno.ENOENT, errno.ENODEV})


class NeighbourDriver(Prompt):
    """Sets and removes entries in one batch."""

    kinds = (Neighbour,)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The entries with our protocol number on bridges with our alias."""
        bridges = {
            link.index: link.name
            for link in self._kernel.links(ROOT)
            if link.kind == "bridge" and owns_alias(link.alias)
        }
        if not bridges:
            return
        for row in rtneighbour.neighbours(self._kernel.socket(ROOT)):
            if row.index in bridges:
                yield Neighbour(bridges[row.index], row.address, row.mac)

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One batch."""
        return apply_inside(self._kernel, ops, _requests, _GONE)


def _requests(op: Op, index: int) -> Sequence[Request]:
    assert isinstance(op.item, Neighbour)
    if op.verb is Verb.DELETE:
        return (rtneighbour.delete_neighbour(index, op.item.address),)
    return (rtneighbour.set_neighbour(index, op.item.address, op.item.mac),)
