"""Planned moves to this node, and which of them are overdue: servers end a move, and they may be gone by then.

One that stayed the target of a move would take the router back from whoever had to take it over since.
"""

from __future__ import annotations

import asyncio

from hawser.node.agent.loop import Loop
from hawser.wire.intent import NodeIntent

LONGEST = 15.0
"""Seconds at least that a move may take here: servers end it sooner (`server.service.move`)."""
LOOK = 0.5


class Moves:
    """When this node came to be wanted, by router; times are of a clock that never goes back."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._since: dict[str, float] = {}

    def overdue(self, intent: NodeIntent | None, now: float) -> frozenset[str]:
        """The routers that are wanted here and should not be any more."""
        wanted = [each.id for each in intent.routers if each.ha and each.ha.wanted] if intent else []
        self._since = {router_id: self._since.get(router_id, now) for router_id in wanted}
        return frozenset(router_id for router_id, at in self._since.items() if now - at > self._longest)


async def end_moves(loop: Loop) -> None:
    """Tell the loop without end which moves are overdue."""
    clock = asyncio.get_running_loop().time
    moves = Moves(max(LONGEST, 10 * loop.settings.ha_vrrp_advert_int))
    while True:
        loop.knowledge.gives_up(moves.overdue(loop.intent, clock()))
        await asyncio.sleep(LOOK)
