"""The driver of flood entries of our VXLAN interfaces."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Sequence

from hawser.base.errors import MachineError
from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.inside import apply_inside
from hawser.machine.drivers.kernel import Kernel
from hawser.machine.drivers.netlink import Request
from hawser.machine.items.fdb import Flood
from hawser.machine.items.item import ROOT, Item
from hawser.machine.ownership import owns_alias
from hawser.machine.plan import Op, Verb

_GONE = frozenset({errno.ENOENT, errno.ENODEV})


class FloodDriver:
    """Adds and removes flood entries in one batch."""

    kinds = (Flood,)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The flood entries of VXLAN interfaces with our alias."""
        for link in self._kernel.links(ROOT):
            if link.kind == "vxlan" and owns_alias(link.alias):
                for vtep in rtnetlink.floods(self._kernel.socket(ROOT), link.index):
                    yield Flood(link.name, vtep)

    def apply(self, ops: Sequence[Op]) -> list[MachineError | None]:
        """One batch."""
        return apply_inside(self._kernel, ops, _request, _GONE)


def _request(op: Op, index: int) -> Request:
    assert isinstance(op.item, Flood)
    build = rtnetlink.delete_flood if op.verb is Verb.DELETE else rtnetlink.add_flood
    return build(index, op.item.vtep)
