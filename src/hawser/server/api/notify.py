"""Notifications: what happened is told to others, behind the back of the request that did it.

A request only puts an event into a bounded outbox. One thread a process delivers from there; while it cannot,
it tries again with growing rests, and when the outbox is full the oldest events are dropped and counted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from hawser.base.errors import Unavailable
from hawser.server.api.access import Trace
from hawser.server.api.resource import Notify

MOST = 10_000
"""Events that wait at most."""
_FIRST_REST, _LONGEST_REST = 1.0, 30.0
_WARN_EVERY = 30.0
"""Seconds between two warnings that events are dropped."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """``name`` as in ``port.create.end``; ``payload`` is as the API shows things; ``trace`` is of the request."""

    name: str
    payload: Mapping[str, Any]
    trace: Trace
    at: datetime


class Courier(Protocol):
    """Who brings events to those who listen."""

    def deliver(self, event: Event) -> None:
        """Bring it there, or `Unavailable`. It may block for some seconds."""
        ...

    def close(self) -> None:
        """Go home."""
        ...


class Outbox:
    """Events that wait for their courier. Safe among threads; its own thread starts with the first event."""

    def __init__(self, courier: Courier, most: int = MOST) -> None:
        self._courier = courier
        self._most = most
        self._waiting: deque[Event] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._dropped = 0
        self._warned = 0.0

    def put(self, event: Event) -> None:
        """Have it delivered some time; returns at once."""
        with self._changed:
            if len(self._waiting) >= self._most:
                self._waiting.popleft()
                self._count_dropped()
            self._waiting.append(event)
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
                self._thread.start()
            self._changed.notify()

    def of(self, trace: Trace) -> Notify:
        """What one request tells its events to."""

        def notify(name: str, payload: Mapping[str, Any]) -> None:
            self.put(Event(name, payload, trace, datetime.now(UTC)))

        return notify

    def close(self, patience: float) -> None:
        """Deliver what waits, for ``patience`` seconds at most; the rest is lost."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread:
            self._thread.join(patience)
        if self._waiting:
            _log.warning("%s notifications were not delivered when the server stopped", len(self._waiting))

    def _run(self) -> None:
        rest = _FIRST_REST
        while event := self._next():
            if self._delivered(event, rest):
                self._done(event)
                rest = _FIRST_REST
            elif self._rested(rest):
                rest = min(2 * rest, _LONGEST_REST)
            else:
                break
        self._courier.close()

    def _delivered(self, event: Event, rest: float) -> bool:
        """Whether no more can be done for it."""
        try:
            self._courier.deliver(event)
        except Unavailable as error:
            _log.warning("%s notifications wait, next try in %g s: %s", len(self._waiting), rest, error)
            return False
        except Exception:  # it would fail again, and those behind it shall not wait for it
            _log.exception("notification %s cannot be delivered at all", event.name)
        return True

    def _next(self) -> Event | None:
        """The oldest; it stays until it is done. None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting[0] if self._waiting else None

    def _done(self, event: Event) -> None:
        with self._changed:
            if self._waiting and self._waiting[0] is event:  # else it was dropped meanwhile
                self._waiting.popleft()

    def _rested(self, seconds: float) -> bool:
        """False, and at once, when the outbox closes."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._closing, seconds)

    def _count_dropped(self) -> None:
        self._dropped += 1
        if time.monotonic() - self._warned > _WARN_EVERY:
            self._warned = time.monotonic()
            _log.warning("nobody takes the notifications: %s dropped so far, the oldest first", self._dropped)


def tell_nobody(_trace: Trace) -> Notify:
    """Instead of `Outbox.of`, where nobody is to be told."""
    return lambda _name, _payload: None
