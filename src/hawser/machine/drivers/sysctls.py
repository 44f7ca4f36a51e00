"""The driver of kernel settings below /proc/sys: read where wanted, written, never removed.

An optional one that cannot be written (/proc is read-only in some containers) is told of once, and is from then on
taken as it is; so is one that this network namespace does not show.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.items.item import Item, Key
from hawser.machine.items.sysctl import Sysctl
from hawser.machine.plan import Op

log = logging.getLogger(__name__)

_BELOW = Path("/proc/sys")


class SysctlDriver(Prompt):
    """Steps into each namespace once; what /proc/sys/net shows follows the thread that looks."""

    kinds = (Sysctl,)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._given_up: set[Key] = set()

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The wanted settings as they are; those of interfaces that are not there are left out."""
        groups: dict[str, list[Sysctl]] = {}
        for item in wanted:
            assert isinstance(item, Sysctl)
            groups.setdefault(item.netns, []).append(item)
        for netns, items in groups.items():
            if self._kernel.namespaces.identity(netns):
                with self._kernel.namespaces.entered(netns):
                    found = [self._as_it_is(item) for item in items]
                yield from (item for item in found if item is not None)

    def apply(self, ops: Sequence[Op]) -> Answers:
        """Write each value."""
        answers: list[MachineError | None] = [None] * len(ops)
        groups: dict[str, list[int]] = {}
        for place, op in enumerate(ops):
            assert isinstance(op.item, Sysctl)
            groups.setdefault(op.item.netns, []).append(place)
        for netns, places in groups.items():
            try:
                with self._kernel.namespaces.entered(netns):
                    for place in places:
                        answers[place] = self._write(ops[place])
            except MachineError as error:
                for place in places:
                    answers[place] = refused(ops[place], error.message)
        return answers

    def _as_it_is(self, item: Sysctl) -> Sysctl | None:
        value = _read(item)
        if item.key in self._given_up or (item.least and value and int(value) >= int(item.value)):
            return item
        return replace(item, value=value) if value else None

    def _write(self, op: Op) -> MachineError | None:
        assert isinstance(op.item, Sysctl)
        error = _write(op)
        if error is None or not op.item.optional:
            return error
        self._given_up.add(op.item.key)
        if not (_BELOW / op.item.name).exists():  # the machine's own, seen from a network namespace
            return None
        log.warning("%s It stays as it is; set it by other means.", error)
        return None


def _read(item: Sysctl) -> str:
    """The value with single spaces, as an item spells it; "" where there is no such setting."""
    try:
        return " ".join((_BELOW / item.name).read_text().split())
    except OSError:
        return ""


def _write(op: Op) -> MachineError | None:
    assert isinstance(op.item, Sysctl)
    try:
        (_BELOW / op.item.name).write_text(op.item.value)
    except OSError as error:
        return refused(op, f"{error.strerror} (value {op.item.value!r})")
    return None
