"""Looks after every keepalived of the node: one that hangs is ended once its peers had the time to take over."""

from __future__ import annotations

import asyncio

from hawser.machine.drivers.procfs import Pulse, pulse
from hawser.node.agent.loop import Loop
from hawser.node.agent.pulse import LOOK, Pulses
from hawser.node.planners.router_ha import takeover_time
from hawser.wire.report import Mastership

_NONE = Pulse(0, running=False, stopped=True)
"""Of one whose working child is gone, and that did not start another."""


async def guard(loop: Loop) -> None:
    """Look without end."""
    clock = asyncio.get_running_loop().time
    pulses = Pulses(takeover_time(loop.settings))
    while True:
        await asyncio.sleep(LOOK)
        electors = {pid: (key, part) for pid, key, part in loop.electors()}
        found = {pid: pulse(pid) or _NONE for pid in electors}
        masters = [pid for pid, (_, part) in electors.items() if part is Mastership.ACTIVE]
        for pid in pulses.hanging(clock(), found, masters):
            await loop.end(electors[pid][0])
