"""Keeps the copies of connections fresh that a master's peers hold.

The kernel tells nobody when a packet gives an entry of its table new time, so conntrackd does not, either: the copy of
a UDP connection would end two minutes after it was established, however busy it is. A master therefore sends all of its
connections again before that, its routers' one after another. So a copy that was lost on its way comes after all, too.
"""

from __future__ import annotations

import asyncio

from hawser.node.agent.loop import Loop
from hawser.node.planners import conntrack

REFRESH = 45.0
"""Seconds: twice within the 120 that a UDP connection with answers lives on without a packet."""


async def refresh_copies(loop: Loop, every: float = REFRESH) -> None:
    """Have each router that this node is master of send its connections again, without end."""
    while True:
        mastered = sorted(loop.mastered())
        for router_id in mastered:
            await asyncio.sleep(every / len(mastered))
            loop.machine.resend(conntrack.control(f"{loop.settings.ha_confs_path}/{router_id}"))
        if not mastered:
            await asyncio.sleep(every)
