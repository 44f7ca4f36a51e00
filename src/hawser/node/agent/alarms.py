"""What keeps a node from doing its work, told in its log when it begins and when it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from hawser.machine.apply import Failure
from hawser.machine.items.item import Key

STUBBORN = 5
"""Times in a row that the machine refuses something, until that is an alarm: things get in each other's way."""
NAMED = 5
"""As many of those are named; the others are in the log."""

log = logging.getLogger(__name__)


class Alarms:
    """The present alarms; each is told once."""

    def __init__(self) -> None:
        self._present: frozenset[str] = frozenset()

    @property
    def present(self) -> list[str]:
        """Those that were told and are not over, sorted."""
        return sorted(self._present)

    def tell(self, alarms: Iterable[str]) -> None:
        """These are all that there are."""
        before, self._present = self._present, frozenset(alarms)
        for alarm in sorted(self._present - before):
            log.warning("alarm: %s", alarm)
        for alarm in sorted(before - self._present):
            log.info("alarm is over: %s", alarm)


class Refusals:
    """What the machine refuses time and again."""

    def __init__(self) -> None:
        self._times: dict[Key, int] = {}

    def alarms(self, failed: Sequence[Failure]) -> list[str]:
        """Given what it refused in this turn."""
        self._times = {each.op.item.key: self._times.get(each.op.item.key, 0) + 1 for each in failed}
        stubborn = [each for each in failed if self._times[each.op.item.key] >= STUBBORN]
        told = [str(each.error) for each in stubborn[:NAMED]]
        more = len(stubborn) - len(told)
        return [*told, f"{more} more things are refused, which the log names"] if more else told
