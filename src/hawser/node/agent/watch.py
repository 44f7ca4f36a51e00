"""The node's end of the watch stream: the intent as it changes, from whichever server answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from itertools import cycle

import httpx

from hawser.base.config import NodeSettings
from hawser.base.errors import BadInput, Unavailable
from hawser.node.agent import clients
from hawser.wire import codec
from hawser.wire.change import IntentChange, merge
from hawser.wire.digest import digest
from hawser.wire.intent import NodeIntent

log = logging.getLogger(__name__)

SILENCE = 10.0
"""Seconds without a sign of life after which a stream is taken for dead; servers send one every few."""
TIMEOUT = httpx.Timeout(5.0, read=SILENCE)
RETRY = 0.5
"""Seconds before the next server is asked after a stream broke."""


async def intents(
    settings: NodeSettings, held: NodeIntent | None
) -> AsyncIterator[tuple[NodeIntent, IntentChange]]:
    """The node's intent, each time it changed, and the change, without end. ``held`` is what the node has, None
    for nothing."""
    troubles: set[str] = set()
    async with clients.of_node(settings, TIMEOUT) as http:
        for url in cycle(settings.server_urls):
            try:
                async for change in _stream(http, f"{url}/feed/v1/hosts/{settings.host}/watch", held):
                    held = merge(held or NodeIntent(settings.host, 0), change)
                    troubles.clear()
                    yield held, change
            except (httpx.HTTPError, BadInput, Unavailable) as error:
                trouble = f"watch of {url} broke, trying the next server: {error!r}"
                if trouble not in troubles:  # each is told once, until there is a stream again
                    log.warning(trouble)
                troubles.add(trouble)
            except ValueError as error:
                log.warning(
                    "the stream of %s does not fit what this node has, asking for all: %s", url, error
                )
                held = None
            await asyncio.sleep(RETRY)


async def _stream(http: httpx.AsyncClient, url: str, held: NodeIntent | None) -> AsyncIterator[IntentChange]:
    # The server resumes from what we hold if it knows it, else it sends everything again.
    since = {"since": str(held.revision), "digest": digest(held)} if held else {}
    async with http.stream("GET", url, params=since) as response:
        if response.is_error:
            await response.aread()
            raise Unavailable(f"{url} refuses: {response.text}")
        async for line in response.aiter_lines():
            if line:  # an empty line is a sign of life
                yield codec.decode(line.encode(), IntentChange)
