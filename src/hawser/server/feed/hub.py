"""The present intent of every watched host, and the waiting for the next.

One picture of the store is kept up to date by the change log; whatever wakes it (a commit in this process, or
the clock for commits in others) is a hint only. Intents are compiled once for all who watch a host.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from dataclasses import replace

from hawser.base.errors import Unavailable
from hawser.server.compile.node import Compiler
from hawser.server.compile.picture import Picture
from hawser.server.model.agent import Agent
from hawser.server.store import snapshot
from hawser.server.store.session import Store
from hawser.wire.change import digest
from hawser.wire.intent import NodeIntent

log = logging.getLogger(__name__)

POLL = 0.5
"""Seconds after which another server's commits are noticed at the latest."""
REST = 4.0
"""Rest after a renewal, in times of its own length: the first change goes out at once, a burst of them together,
and requests have four fifths of the processor at least."""
REMEMBERED = 64
"""Intents per host that a watch may be resumed from."""


class Hub:
    """One per server process; it lives in the event loop and works in a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._picture = Picture()
        self._compiler: Compiler | None = None
        self._watched: defaultdict[str, int] = defaultdict(int)
        self._current: dict[str, NodeIntent] = {}
        self._past: defaultdict[str, deque[NodeIntent]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._busy = asyncio.Lock()
        self._renewed = asyncio.Condition()
        self._hint = asyncio.Event()
        self.ended = False

    async def run(self) -> None:
        """Keep up with the store until cancelled; a database that does not answer is asked again."""
        loop = asyncio.get_running_loop()

        def wake_soon() -> None:
            loop.call_soon_threadsafe(self._hint.set)

        stop = self._store.changed.listen(wake_soon)
        try:
            while True:
                begun = loop.time()
                await self._renew_watched()
                await asyncio.sleep(REST * (loop.time() - begun))
                try:
                    await asyncio.wait_for(self._hint.wait(), POLL)
                except TimeoutError:
                    continue
        finally:
            stop()

    async def watch(self, host: str) -> NodeIntent:
        """Begin to watch a host: its present intent. `Unavailable` where the database does not answer."""
        self._watched[host] += 1
        async with self._busy:
            await asyncio.to_thread(self._renew)
        return self._current[host]

    def unwatch(self, host: str) -> None:
        """Nobody needs this host's intent any more, as far as one watcher is concerned."""
        self._watched[host] -= 1
        if not self._watched[host]:
            del self._watched[host]
            self._current.pop(host, None)

    def remembered(self, host: str, of: str) -> NodeIntent | None:
        """A past or present intent of the host with this digest."""
        return next((intent for intent in self._past[host] if digest(intent) == of), None)

    async def next(self, host: str, seen: NodeIntent, patience: float) -> NodeIntent | None:
        """The host's intent once it is another than ``seen``; None after ``patience`` seconds, or at the end."""
        async with self._renewed:
            try:
                changed = self._renewed.wait_for(lambda: self.ended or self._current[host] is not seen)
                await asyncio.wait_for(changed, patience)
            except TimeoutError:
                return None
        return None if self.ended else self._current[host]

    async def end(self) -> None:
        """Let all who wait go, for good: the server stops."""
        self.ended = True
        async with self._renewed:
            self._renewed.notify_all()

    async def _renew_watched(self) -> None:
        self._hint.clear()
        try:
            async with self._busy:
                await asyncio.to_thread(self._renew)
        except Unavailable as error:
            log.warning("nodes are not told of changes for now: %s", error)
        async with self._renewed:
            self._renewed.notify_all()

    def _renew(self) -> None:
        before = self._picture.agents
        changed = snapshot.catch_up(self._store, self._picture)
        if changed or self._compiler is None or not _same_tunnels(before, self._picture.agents):
            self._compiler = Compiler(self._picture)
        elif all(host in self._current for host in self._watched):
            return
        for host in list(self._watched):
            self._remember(host, self._compiler.compile(host))

    def _remember(self, host: str, intent: NodeIntent) -> None:
        present = self._current.get(host)
        if present is None or replace(present, revision=intent.revision) != intent:
            self._current[host] = intent
            self._past[host].append(intent)


def _same_tunnels(before: dict[str, Agent], after: dict[str, Agent]) -> bool:
    return {a.host: a.tunnel_address for a in before.values()} == {
        a.host: a.tunnel_address for a in after.values()
    }
