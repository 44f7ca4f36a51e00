"""Looks after the daemons of highly available routers: one that hangs is ended, and started again.

A keepalived is ended once its peers had the time to take over; a conntrackd, which nobody waits for, at once.
"""

from __future__ import annotations

import asyncio

from hawser.machine.drivers.procfs import Pulse, is_stopped, pulse
from hawser.node.agent.loop import Loop
from hawser.node.agent.pulse import LOOK, Pulses
from hawser.node.planners.router_ha import takeover_time
from hawser.wire.report import Mastership

_NONE = Pulse(0, running=False, stopped=True)
"""Of one whose working child is gone, and that did not start another."""

COPIES_LOOK = 1.0
"""Seconds between two looks at conntrackd. One that is stopped at two looks in a row hangs; at the first alone,
the whole node may have stood still."""


async def guard(loop: Loop) -> None:
    """Look at each keepalived without end."""
    clock = asyncio.get_running_loop().time
    pulses = Pulses(takeover_time(loop.settings))
    while True:
        await asyncio.sleep(LOOK)
        electors = {pid: (key, part) for pid, key, part in loop.daemons.electors(loop.intent, loop.facts)}
        found = {pid: pulse(pid) or _NONE for pid in electors}
        masters = [pid for pid, (_, part) in electors.items() if part is Mastership.ACTIVE]
        for pid in pulses.hanging(clock(), found, masters):
            await loop.daemons.end(electors[pid][0])


async def guard_copies(loop: Loop) -> None:
    """Look at each conntrackd without end."""
    suspected: set[int] = set()
    while True:
        await asyncio.sleep(COPIES_LOOK)
        stopped = {pid: key for pid, key in loop.daemons.copiers() if is_stopped(pid)}
        for pid in suspected & stopped.keys():
            await loop.daemons.end(stopped[pid])
        suspected = stopped.keys() - suspected
