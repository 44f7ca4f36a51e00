"""A node's real end of the watch stream, in a thread."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

from hawser.base import config
from hawser.base.keys import node_key
from hawser.node.agent import watch
from hawser.wire.intent import NodeIntent
from tests.server.operations.servers import SECRET, Server


class Watcher:
    """What a node that knows these servers, in their order, holds."""

    def __init__(self, host: str, *servers: Server) -> None:
        self._settings = replace(
            config.node_settings(config.read([], node=True)),
            host=host,
            node_key=node_key(SECRET, host),
            server_urls=tuple(server.url for server in servers),
        )
        self.intent = NodeIntent(host, 0)
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._watch())
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self._loop.close()

    @property
    def routers(self) -> set[str]:
        """The ids of the routers that it hosts."""
        return {router.id for router in self.intent.routers}

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.gather(self._task, return_exceptions=True))

    async def _watch(self) -> None:
        async for intent, _ in watch.intents(self._settings, None):
            self.intent = intent
