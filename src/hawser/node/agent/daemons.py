"""The daemons of this node that run, by the last turn: their ends are heard of, and one that hangs is ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping

from hawser.base import names
from hawser.machine.drivers.events import ProcessEvents
from hawser.machine.drivers.machine import Hands
from hawser.machine.items.item import Key
from hawser.machine.items.process import process_key
from hawser.node.planners import conntrack, router_ha
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership

log = logging.getLogger(__name__)

PAUSE = 0.2
"""Seconds before one that ended is started again: one that ends at once shall not keep the machine busy."""


class Daemons:
    """``patience`` is in seconds: the time in which a peer takes over. ``look`` has the loop look at the machine."""

    def __init__(self, machine: Hands, patience: float, look: Callable[[], None]) -> None:
        self.events = ProcessEvents()
        self._machine = machine
        self._patience = patience
        self._look = look
        self._pids: Mapping[Key, int] = {}
        self._spared: dict[Key, float] = {}

    def spared(self) -> set[Key]:
        """The keepalived that are gone and not to be missed yet: a dead one's addresses still carry its router, and its
        start takes them away. Until a peer has had the time to take over it is as if they ran."""
        now = asyncio.get_running_loop().time()
        self._spared = {key: until for key, until in self._spared.items() if until > now}
        return set(self._spared)

    def let_go(self, doomed: Collection[Key]) -> None:
        """A turn is about to end these: that they do is no news."""
        self._pids = {key: pid for key, pid in self._pids.items() if key not in doomed}
        self.events.follow(self._pids.values())

    def follow(self, started: Collection[Key]) -> None:
        """A turn is done, which started these."""
        self._pids = self._machine.pids()
        if not self.events.follow(self._pids.values()):
            self._look()
        if set(started) - self._pids.keys():  # before it could be followed
            asyncio.get_running_loop().call_later(PAUSE, self._look)

    def ended(self) -> None:
        """Some are gone: they are missed soon."""
        loop, alive = asyncio.get_running_loop(), self._machine.pids()
        dead = self._pids.keys() - alive.keys()
        self._pids = {key: pid for key, pid in self._pids.items() if key in alive}
        electors = {key for key in dead if key[2] == router_ha.PROCESS}
        self._spared |= dict.fromkeys(electors, loop.time() + self._patience)
        if electors:
            loop.call_later(self._patience, self._look)
        if dead - electors or not dead:
            loop.call_later(PAUSE, self._look)

    def electors(self, intent: NodeIntent | None, facts: Facts) -> Iterator[tuple[int, Key, Mastership]]:
        """Each keepalived: its main pid, its key, and which part it plays."""
        for router in intent.routers if intent else ():
            key = process_key(names.router_namespace(router.id), router_ha.PROCESS)
            if key in self._pids:
                yield self._pids[key], key, facts.masterships.get(router.id, Mastership.UNKNOWN)

    def copiers(self) -> Iterator[tuple[int, Key]]:
        """Each conntrackd: its pid and its key."""
        return ((pid, key) for key, pid in self._pids.items() if key[2] == conntrack.PROCESS)

    async def end(self, daemon: Key) -> None:
        """One hangs, for so long that others do its work: it is started anew."""
        log.warning("%s hangs: it is ended and started again", "/".join(daemon))
        self._pids = {key: pid for key, pid in self._pids.items() if key != daemon}
        await asyncio.to_thread(self._machine.kill, daemon)
        self._look()
