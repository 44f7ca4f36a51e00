"""What a loop does between two turns: it rests until something wakes it, or until it is time to look at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

FIRST_RETRY, LAST_RETRY = 0.1, 5.0
"""Seconds before an operation that failed is tried again: doubled each time between these two."""

GLANCE = 1.0
"""Seconds between two glances at what others may have done to this machine."""


class Rest:
    """``drifted`` is a glance at the machine: whether somebody changed something. ``interval`` is in seconds, between
    two looks at all of it."""

    def __init__(self, drifted: Callable[[], bool], interval: float) -> None:
        self._drifted = drifted
        self._interval = interval
        self._wake = asyncio.Event()
        self._looked_at = 0.0
        self._glance_at = 0.0
        self._retry = FIRST_RETRY

    def wake(self) -> None:
        """Rest no longer."""
        self._wake.set()

    def looked(self) -> None:
        """The whole machine is being looked at now."""
        self._looked_at = time.monotonic()

    def succeeded(self) -> None:
        """A turn did all that it was to do."""
        self._retry = FIRST_RETRY

    def failed(self) -> None:
        """It did not, and is to be tried again in a while."""
        asyncio.get_running_loop().call_later(self._retry, self._wake.set)
        self._retry = min(2 * self._retry, LAST_RETRY)

    async def until_due(self) -> bool:
        """Rest; whether it is time to look at the whole machine. One that is woken all the time glances none the
        less."""
        must_look = False
        while not must_look:
            if time.monotonic() >= self._glance_at:
                self._glance_at = time.monotonic() + GLANCE
                must_look = await self._must_look()
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._glance_at - time.monotonic())
                break
        self._wake.clear()
        return must_look

    async def _must_look(self) -> bool:
        overdue = time.monotonic() - self._looked_at >= self._interval
        return overdue or await asyncio.to_thread(self._drifted)
