"""The hub does what somebody watches, and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager

from hawser.server.feed.hub import Hub
from hawser.server.feed.stream import Held
from hawser.server.store.session import Store
from hawser.wire.change import merge
from hawser.wire.digest import digest
from hawser.wire.intent import NodeIntent
from tests.server.stage import Stage


class Counted(Store):
    """A store that counts how often it is read."""

    reads = 0

    @contextmanager
    def read(self):
        self.reads += 1
        with super().read() as tx:
            yield tx


@asynccontextmanager
async def running(hub):
    task = asyncio.create_task(hub.run())
    try:
        yield
    finally:
        task.cancel()


def test_where_nobody_watches_the_store_is_not_read(stage):
    store = Counted(stage.store.settings, stage.clock)
    other = Stage(store, stage.clock)

    async def story():
        hub = Hub(store)
        async with running(hub):
            watcher, _ = await hub.watch("network1", None)
            await asyncio.to_thread(other.router)
            assert (await hub.next(watcher, 5)).routers
            hub.unwatch(watcher)
            await asyncio.sleep(0.1)
            store.reads = 0
            for _ in range(3):
                await asyncio.to_thread(store_only, other)
                await asyncio.sleep(0.1)
            assert store.reads == 0

    def store_only(stage):
        with stage.store.write() as tx:
            tx.touch("networks", "none")

    asyncio.run(story())
    store.close()


def test_a_host_that_nobody_watched_for_a_while_is_resumed_from_what_its_node_holds(stage):
    async def story():
        hub = Hub(stage.store)
        watcher, first = await hub.watch("network1", None)
        node = merge(NodeIntent("network1", 0), first)
        hub.unwatch(watcher)
        await hub.watch("network2", None)
        made = await asyncio.to_thread(stage.router)
        _, missed = await hub.watch("network1", Held(node.revision, digest(node)))
        assert missed.base == node.revision
        assert [router.id for router in merge(node, missed).routers] == [made.id]

    asyncio.run(story())


def test_only_who_watches_a_host_that_changed_is_told(stage):
    async def story():
        hub = Hub(stage.store)
        async with running(hub):
            watchers = {host: (await hub.watch(host, None))[0] for host in ("network1", "elsewhere")}
            await asyncio.to_thread(stage.router)
            assert (await hub.next(watchers["network1"], 5)).routers
            assert await hub.next(watchers["elsewhere"], 0) is None

    asyncio.run(story())
