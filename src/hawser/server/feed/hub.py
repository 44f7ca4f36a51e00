"""The present intent of every watched host, and the waiting for the next.

One picture of the store is kept up to date by the change log; whatever wakes it (a commit in this process or
in another, the clock) is a hint only. A change is compiled once for all who watch a host, and costs
the records that it touches; where nobody watches, nothing is done.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from hawser.base.errors import Unavailable
from hawser.server.compile.node import Compiler
from hawser.server.compile.picture import Change, Picture
from hawser.server.feed.stream import Held, Stream, as_one
from hawser.server.store import snapshot
from hawser.server.store.session import Store
from hawser.wire.change import IntentChange, Key, Record

log = logging.getLogger(__name__)

POLL = 0.5
"""Seconds after which another server's commits are noticed at the latest, whether it was heard of or not."""
REST = 4.0
"""Rest after a renewal, in times of its own length: the first change goes out at once, a burst of them together,
and requests have four fifths of the processor at least."""

Result = TypeVar("Result")


class Watcher:
    """One who watches a host: the number of the last step that it was told, and what wakes it."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.number = 0
        self.news = asyncio.Event()


class Hub:
    """One per server process. It lives in the event loop; its one worker is a thread, which alone changes the
    picture and the streams."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._worker = ThreadPoolExecutor(1, "feed")
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._streams: dict[str, Stream] = {}
        self._followed: set[str] = set()
        self._hint = asyncio.Event()
        self.ended = False
        self._begin_anew()

    async def run(self) -> None:
        """Keep up with the store until cancelled; a database that does not answer is asked again."""
        loop = asyncio.get_running_loop()

        def wake_soon() -> None:
            loop.call_soon_threadsafe(self._hint.set)

        stop = self._store.changed.listen(wake_soon)
        try:
            with self._store.hearing():
                await self._keep_up(loop)
        finally:
            stop()

    async def _keep_up(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            begun = loop.time()
            await self._renew_watched()
            await asyncio.sleep(REST * (loop.time() - begun))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hint.wait(), POLL)

    async def watch(self, host: str, held: Held | None) -> tuple[Watcher, IntentChange]:
        """Begin to watch a host for a node that has ``held``: what it needs first.

        `Unavailable` where the database does not answer.
        """
        watcher = Watcher(host)
        self._watchers[host].add(watcher)
        try:
            self._wake(await self._work(self._renew))
            watcher.number, first = await self._work(lambda: self._first(host, held))
        except BaseException:
            self.unwatch(watcher)
            raise
        return watcher, first

    def unwatch(self, watcher: Watcher) -> None:
        """It needs no more."""
        watchers = self._watchers[watcher.host]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[watcher.host]

    async def next(self, watcher: Watcher, patience: float) -> IntentChange | None:
        """What came after the last that the watcher was told; None after ``patience`` seconds without any, or at the
        end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(watcher.news.wait(), patience)
        watcher.news.clear()
        missed = self._streams[watcher.host].after(watcher.number)
        if missed is None:
            watcher.number, whole = await self._work(lambda: self._first(watcher.host, None))
            return whole
        if not missed:
            return None
        watcher.number = missed[-1].number
        return as_one(missed)

    async def end(self) -> None:
        """Let all who wait go, for good: the server stops."""
        self.ended = True
        self._wake(list(self._watchers))

    async def _renew_watched(self) -> None:
        self._hint.clear()
        if not self._watchers:
            return
        try:
            self._wake(await self._work(self._renew))
        except Unavailable as error:
            log.warning("nodes are not told of changes for now: %s", error)
        except Exception:
            log.exception("nodes are not told of a change; everything is compiled anew")

    def _wake(self, hosts: Iterable[str]) -> None:
        for host in hosts:
            for watcher in self._watchers.get(host, ()):
                watcher.news.set()

    async def _work(self, job: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, job)

    # From here on in the worker.

    def _begin_anew(self) -> None:
        self._picture = Picture()
        self._compiler = Compiler(self._picture)
        self._followed.clear()

    def _renew(self) -> list[str]:
        """Bring the streams of all watched hosts up to date; the hosts that took a step."""
        changes = snapshot.catch_up(self._store, self._picture)
        try:
            return self._follow(changes)
        except Exception:
            self._begin_anew()
            raise

    def _follow(self, changes: Sequence[Change]) -> list[str]:
        watched = set(self._watchers)
        self._followed &= watched
        keys = self._compiler.take(changes)
        compiled = self._compiler.again(keys, {host: self._streams[host].intent for host in self._followed})
        for host in watched - self._followed:
            compiled[host] = self._whole(host)
        self._followed = watched
        return [host for host, records in compiled.items() if self._put(host, records)]

    def _whole(self, host: str) -> dict[Key, Record | None]:
        """All of a host that is followed from now on, and what it had when it was followed last."""
        known = self._streams[host].intent.records if host in self._streams else ()
        return {**dict.fromkeys(known), **self._compiler.whole(host)}

    def _put(self, host: str, records: dict[Key, Record | None]) -> bool:
        if host in self._streams:
            return self._streams[host].put(self._picture.revision, records)
        self._streams[host] = Stream(host, self._picture.revision, records)
        return False

    def _first(self, host: str, held: Held | None) -> tuple[int, IntentChange]:
        """The number of the host's last step, and what a node that has ``held`` needs to be there."""
        stream = self._streams[host]
        return stream.number, stream.first(held)
