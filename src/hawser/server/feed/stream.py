"""What one host is told, for all who watch it: its present intent and the steps that led to it.

Only the hub's worker changes a stream. ``steps`` is replaced, never altered, so that anybody may read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hawser.server.compile.host import HostIntent
from hawser.wire.change import IntentChange, Touched, assemble, joined

REMEMBERED = 64
"""Steps that a watch may be resumed from."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the intent, whose digest was ``before``; ``number`` counts the stream's steps from 1."""

    number: int
    before: str
    change: IntentChange


@dataclass(frozen=True, slots=True)
class Held:
    """What a node says it has: the digest of its intent, and the revision that it bears there."""

    revision: int
    digest: str


class Stream:
    """One host's."""

    def __init__(self, host: str, revision: int, records: Touched) -> None:
        self.intent = HostIntent(host)
        self.intent.put(revision, records)
        self.steps: tuple[Step, ...] = ()

    @property
    def number(self) -> int:
        """The number of the last step."""
        return self.steps[-1].number if self.steps else 0

    def put(self, revision: int, records: Touched) -> bool:
        """Have these records so; whether that is a step."""
        before = self.intent.digest
        change = self.intent.put(revision, records)
        if change is None:
            return False
        self.steps = (*self.steps[1 - REMEMBERED :], Step(self.number + 1, before, change))
        return True

    def first(self, held: Held | None) -> IntentChange:
        """What a node needs first: nothing, a difference, or everything."""
        if held is None:
            return self.intent.whole()
        if held.digest == self.intent.digest:
            return assemble(self.intent.host, self.intent.revision, held.revision, {})
        for step in reversed(self.steps):
            if step.before == held.digest:
                return replace(as_one(self.steps[step.number - self.number - 1 :]), base=held.revision)
        return self.intent.whole()

    def after(self, number: int) -> tuple[Step, ...] | None:
        """The steps after that of this number; None where some of them are forgotten."""
        missed = tuple(step for step in self.steps if step.number > number)
        return missed if not missed or missed[0].number == number + 1 else None


def as_one(steps: Sequence[Step]) -> IntentChange:
    """What the steps, which follow on each other, change together."""
    return joined([step.change for step in steps])
