"""The driver of addresses: those that carry our protocol number, in namespaces of ours."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Sequence

from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.inside import apply_inside
from hawser.machine.drivers.kernel import Kernel
from hawser.machine.drivers.netlink import Request
from hawser.machine.items.address import Address
from hawser.machine.items.item import Item
from hawser.machine.ownership import PROTOCOL
from hawser.machine.plan import Op, Verb

_GONE = frozenset({errno.EADDRNOTAVAIL, errno.ENODEV})


class AddressDriver(Prompt):
    """Sets and removes addresses, one batch of messages a namespace."""

    kinds = (Address,)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """Our addresses in our namespaces; those of keepalived and of the kernel are not ours."""
        for netns in self._kernel.owned():
            names = self._kernel.names(netns)
            if not names:
                continue
            for row in rtnetlink.addresses(self._kernel.socket(netns)):
                if row.protocol == PROTOCOL and row.index in names:
                    yield Address(netns, names[row.index], row.interface)

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One batch a namespace."""
        return apply_inside(self._kernel, ops, _requests, _GONE)


def _requests(op: Op, index: int) -> Sequence[Request]:
    assert isinstance(op.item, Address)
    build = rtnetlink.delete_address if op.verb is Verb.DELETE else rtnetlink.set_address
    return (build(index, op.item.interface),)
