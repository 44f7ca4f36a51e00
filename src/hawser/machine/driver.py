"""What a driver is: the hands for some kinds of items. And the guard that keeps them off foreign things."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from hawser.base.errors import MachineError
from hawser.machine.items.item import Item
from hawser.machine.ownership import Ownership
from hawser.machine.plan import Op, Verb

Answers = list[MachineError | None]
"""For each op of a batch None, or what the machine said."""
Finish = Callable[[], Answers]


class Driver(Protocol):
    """Reads and changes the items of ``kinds``.

    ``read`` gives what stands and is ours; ``wanted`` are the items that somebody wants, for kinds that are too
    many to be listed (settings) or that have several spellings (rules). ``begin`` takes a batch of ops that do
    not depend on each other, and sets going what then goes on by itself; what it returns does the rest and waits for
    the end. In between the other drivers begin, so that all wait together. It is idempotent: to make what stands so,
    or to remove what is gone, is no error.
    """

    @property
    def kinds(self) -> tuple[type, ...]:
        """The classes of items that it is for."""
        ...

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """What stands and is ours."""
        ...

    def begin(self, ops: Sequence[Op]) -> Finish:
        """Start; to be finished by a call of what is returned."""
        ...


class Prompt(ABC):
    """A driver for which nothing goes on by itself: it does all at the end."""

    def begin(self, ops: Sequence[Op]) -> Finish:
        """Nothing yet."""
        return lambda: self.apply(ops)

    @abstractmethod
    def apply(self, ops: Sequence[Op]) -> Answers:
        """One answer for each op."""


class OwnedOnly:
    """A driver that refuses, before its hands move, every op on what is not ours."""

    def __init__(self, driver: Driver, ownership: Ownership) -> None:
        self._driver = driver
        self._ownership = ownership

    @property
    def kinds(self) -> tuple[type, ...]:
        """The kinds of the driver inside."""
        return self._driver.kinds

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """What the driver inside reads, less what is not ours."""
        return (item for item in self._driver.read(wanted) if self._ownership.allows(item))

    def begin(self, ops: Sequence[Op]) -> Finish:
        """Hand on the allowed ops as one batch."""
        allowed = [op for op in ops if self._ownership.allows(op.item)]
        finish = self._driver.begin(allowed)
        return lambda: self._answers(ops, finish)

    def _answers(self, ops: Sequence[Op], finish: Finish) -> Answers:
        answers = iter(finish())
        return [next(answers) if self._ownership.allows(op.item) else _refusal(op) for op in ops]


def _refusal(op: Op) -> MachineError:
    remedy = (
        "Remove it by hand if it is in the way."
        if op.verb is Verb.DELETE
        else "Choose another place or name."
    )
    return MachineError(f"Cannot {op.verb} {'/'.join(op.item.key)}: it is not one of ours. {remedy}")
