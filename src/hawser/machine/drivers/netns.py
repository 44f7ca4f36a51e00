"""The driver of network namespaces."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.items.item import Item
from hawser.machine.items.netns import Netns
from hawser.machine.plan import Op, Verb


class NetnsDriver(Prompt):
    """Makes and removes namespaces; brings up the loopback interface of a new one."""

    kinds = (Netns,)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The named namespaces that are ours."""
        return [Netns(name) for name in self._kernel.owned()]

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One by one: a namespace costs half a millisecond of the kernel's time."""
        return [self._one(op) for op in ops]

    def _one(self, op: Op) -> MachineError | None:
        assert isinstance(op.item, Netns)
        name = op.item.name
        self._kernel.release(name)
        try:
            if op.verb is Verb.DELETE:
                self._kernel.namespaces.delete(name)
                return None
            self._kernel.namespaces.create(name)
        except (MachineError, OSError) as error:
            return refused(op, str(error))
        (refusal,) = self._kernel.request(name, [rtnetlink.loopback_up()])
        return refused(op, refusal) if refusal else None
