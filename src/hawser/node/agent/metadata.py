"""The metadata role at work: doors open wherever instances are led to, by one thread of the agent and no process.

In a thread of its own, for what instances ask in any number must not keep the agent from hearing of other nodes.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent.loop import Loop
from hawser.node.agent.proxy import Proxy
from hawser.node.agent.reception import Reception
from hawser.node.planners.metadata import doors

LOOK = 0.25
"""Seconds between two looks at what namespaces there are. A socket keeps one alive for so long after its name is gone;
by then there is no interface in it any more."""


async def serve_metadata(loop: Loop) -> None:
    """Serve without end; stop when cancelled."""
    here, apart = asyncio.get_running_loop(), asyncio.new_event_loop()
    serving = apart.create_task(_serve(loop))
    try:
        thread = ThreadPoolExecutor(1, "metadata")
        await here.run_in_executor(thread, apart.run_until_complete, serving)
    finally:
        apart.call_soon_threadsafe(serving.cancel)


async def _serve(loop: Loop) -> None:
    proxy = Proxy(loop.settings)
    reception = Reception(Namespaces(), proxy.answer)
    try:
        while True:
            if intent := loop.intent:
                await reception.settle(set(doors(intent, loop.settings)))
            await asyncio.sleep(LOOK)
    finally:
        reception.close()
        await proxy.close()
