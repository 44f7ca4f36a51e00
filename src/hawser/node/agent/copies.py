"""Keeps the copies of connections whole and fresh that a master's peers hold.

What happens to a connection conntrackd copies by itself. What it does not:

- Who becomes master knows none of the connections that it takes over as its own: it reads the kernel's table, and sends
  all of it. Not at once: who receives it takes each entry away to make it anew, and may still carry packets.
- Who stands by forgets what it sent as master, for the end of its copies must not end the connections themselves, and
  asks for what it missed.
- The kernel tells nobody when a packet gives an entry of its table new time: the copy of a UDP connection would end two
  minutes after it was established, however busy it is. A master therefore sends all of its connections again before
  that, its routers' one after another. So a copy that was lost on its way comes after all, too.

All of it is asked over conntrackds' sockets, without a process, of one router after another: when a node is lost, its
successor becomes master of hundreds at once. While no agent runs, connections live over a takeover all the same: the
successor's kernel has them. The agent makes good the rest when it starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from hawser.machine.drivers.conntrackd import Command
from hawser.machine.drivers.machine import Hands
from hawser.node.agent.parts import Parts
from hawser.node.planners import conntrack
from hawser.wire.report import Mastership

REFRESH = 45.0
"""Seconds: twice within the 120 that a UDP connection with answers lives on without a packet."""
SETTLED = 1.0
"""Seconds after which nobody carries what a new master does."""
AGAIN = 0.1
"""Seconds after which a conntrackd that does not listen yet is asked again."""
TRIES = 50
"""How often: one that listens later is news itself."""

_WHOLE = {
    Mastership.ACTIVE: (Command.READ_KERNEL, Command.SEND_ALL),
    Mastership.STANDBY: (Command.FORGET_OWN, Command.ASK_ALL),
}


class Copies:
    """One node's. ``directory`` holds the routers' files, ``parts`` are those that the node plays."""

    def __init__(self, machine: Hands, directory: Path, parts: Parts) -> None:
        self._machine = machine
        self._directory = directory
        self._parts = parts
        self._stale: dict[str, int] = {}
        """Routers whose copies are not whole, in the order in which that came to be, with the tries that are left."""
        self._news = asyncio.Event()

    def renew(self, router_ids: Iterable[str]) -> None:
        """Of these the part that this node plays, or the conntrackd, is another."""
        for router_id in router_ids:
            is_master = self._parts.of(router_id) is Mastership.ACTIVE
            self._put_later(SETTLED if is_master else 0.0, router_id, TRIES)

    async def keep(self, every: float = REFRESH) -> None:
        """Without end; all is sent again every so many seconds."""
        await asyncio.gather(self._make_whole(), self._refresh(every))

    async def _make_whole(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            for router_id in tuple(self._stale):
                tries = self._stale.pop(router_id)
                words = _WHOLE.get(self._parts.of(router_id), ())
                if words and not await self._tell(router_id, words) and tries > 1:
                    self._put_later(AGAIN, router_id, tries - 1)

    def _put_later(self, seconds: float, router_id: str, tries: int) -> None:
        asyncio.get_running_loop().call_later(seconds, self._put, router_id, tries)

    def _put(self, router_id: str, tries: int) -> None:
        self._stale[router_id] = max(tries, self._stale.get(router_id, 0))
        self._news.set()

    async def _refresh(self, every: float) -> None:
        while True:
            mastered = sorted(self._parts.mastered())
            for router_id in mastered:
                await asyncio.sleep(every / len(mastered))
                await self._tell(router_id, (Command.SEND_ALL,))
            if not mastered:
                await asyncio.sleep(every)

    async def _tell(self, router_id: str, commands: Iterable[Command]) -> bool:
        control = conntrack.control(f"{self._directory}/{router_id}")
        return await asyncio.to_thread(self._machine.tell, control, commands)
