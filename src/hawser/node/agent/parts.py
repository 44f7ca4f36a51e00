"""Which part this node plays for each of its routers, and since when."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping

from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership, RouterStatus

log = logging.getLogger(__name__)


class Parts:
    """By router id; of a router that nothing was heard of the part is unknown."""

    def __init__(self) -> None:
        self._parts: dict[str, Mastership] = {}
        self._since: dict[str, float] = {}
        """Seconds since the epoch, for others to read; how long it is, is told by a clock that is never set."""
        self._began: dict[str, float] = {}

    def play(self, router_id: str, part: Mastership) -> bool:
        """From now on this is the part; whether it was another before."""
        if self._parts.get(router_id) == part:
            return False
        log.info("router %s is %s here", router_id, part)
        self._parts[router_id] = part
        self._since[router_id] = time.time()
        self._began[router_id] = time.monotonic()
        return True

    def forget(self, router_ids: Iterable[str]) -> None:
        """These routers are no longer here."""
        for router_id in router_ids:
            self._parts.pop(router_id, None)
            self._since.pop(router_id, None)
            self._began.pop(router_id, None)

    def known(self) -> Mapping[str, Mastership]:
        """What is known now."""
        return dict(self._parts)

    def of(self, router_id: str) -> Mastership:
        """The part for one router."""
        return self._parts.get(router_id, Mastership.UNKNOWN)

    def mastered(self, longer_than: float = 0.0) -> frozenset[str]:
        """The routers that this node has been master of for so many seconds."""
        latest = time.monotonic() - longer_than
        masters = (each for each, part in self._parts.items() if part is Mastership.ACTIVE)
        return frozenset(each for each in masters if self._began[each] <= latest)

    def statuses(self, intent: NodeIntent) -> Iterable[RouterStatus]:
        """Every highly available router's part here, since when."""
        for router in intent.routers:
            if router.ha:
                yield RouterStatus(router.id, self.of(router.id), self._since.get(router.id, 0.0))
