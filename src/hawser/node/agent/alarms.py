"""What keeps a node from doing its work, told in its log when it begins and when it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterable

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
