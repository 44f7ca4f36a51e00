"""Has routers follow at once when the node that carries them is gone, and their successors stay what they became.

keepalived decides, from heartbeats; it is only told sooner what it would find out by three that are missing: that a
master leaves. The other nodes' kernels are heard 25 times a second. When one falls silent while others answer, and
nobody answers on the HA network any more for being master of a router, the master is gone. What is told wrongly
lasts for milliseconds: a living master objects at once (``vrrp_higher_prio_send_advert``).

Each peer is asked for itself: what is sent to all passes by every foot in the HA network, which are hundreds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

from hawser.base.addresses import Address
from hawser.machine.drivers.voice import Voice
from hawser.node.agent.loop import Loop
from hawser.node.agent.succession import farewell, inherited, mastered

log = logging.getLogger(__name__)

FIRST = 0.1
"""Seconds for which a new master leans no more than another: one by mistake has given way by then."""
LOOK = 0.05
"""Seconds between two looks at who is a new master."""
ASK, ASK_NEW = 0.5, 0.1
"""Seconds between two questions whether the others have given way, and while there is ``NEW`` reason to ask: should
this node stand still itself before it is sure, it would lean as high as its successor."""
NEW = 1.0
"""Seconds since it became master of a router, or since others fell silent or came back."""


class Succession:
    """``Voice`` is its own: nobody else may read its answers."""

    def __init__(self, loop: Loop, voice: Voice) -> None:
        self._loop = loop
        self._voice = voice

    def suspect(self, nodes: Collection[Address], silent: Collection[Address]) -> None:
        """These may be gone: ask whether their routers have a master."""
        self._voice.answers()
        if self._loop.intent:
            for place in inherited(self._loop.intent, self._loop.facts, {*silent, *nodes}, nodes):
                for peer in place.ha.others:
                    self._voice.ask(place.network, place.primary, peer.mac)

    def follow(self, nodes: Collection[Address], silent: Collection[Address]) -> None:
        """These have fallen silent. Who is the next takes over what has no master."""
        if self._loop.intent is None:
            return
        facts, holders = self._loop.facts, self._voice.answers()
        left = [
            place
            for place in inherited(self._loop.intent, facts, silent, nodes)
            if not place.has_master(holders)
        ]
        log.info("silent: %s; this node follows for %d routers", ", ".join(map(str, nodes)), len(left))
        for place in left:
            if word := farewell(place, facts, nodes):
                self._voice.play(place.tap, word)


async def contest(loop: Loop, voice: Voice, silent: Callable[[], Collection[Address]]) -> None:
    """Have each new master lean higher than another, until its peers are known to stand by.

    One that stood still (a node that was frozen, a virtual machine that was paused) takes itself for master when it
    goes on, and two that lean alike would be told apart by their addresses. It is asked for every so often while
    all peers' nodes are heard, without end.
    """
    clock = asyncio.get_running_loop().time
    sure: set[str] = set()
    ask_at = changed_at = clock()
    away = frozenset(silent())
    while True:
        await asyncio.sleep(LOOK)
        if away != (away := frozenset(silent())):
            ask_at = changed_at = clock()
        masters = loop.mastered(longer_than=FIRST)
        sure &= masters
        if clock() >= ask_at and (unsure := masters - sure):
            is_new = clock() - changed_at < NEW or unsure - loop.mastered(longer_than=NEW)
            ask_at = clock() + (ASK_NEW if is_new else ASK)
            sure |= _heard_of(loop, voice, unsure, away)
        loop.knowledge.contests(masters - sure)


def _heard_of(loop: Loop, voice: Voice, router_ids: Collection[str], silent: Collection[Address]) -> set[str]:
    """Which of these are known to have no other master, by the answers to what was asked last; and ask again."""
    holders = voice.answers()
    sure: set[str] = set()
    for place in mastered(loop.intent, loop.facts, router_ids) if loop.intent else ():
        if place.is_sure(holders):
            sure.add(place.router_id)
        elif not any(peer.node in silent for peer in place.ha.others):
            for peer in place.ha.others:
                for address in (peer.address, place.primary):
                    voice.ask(place.network, address, peer.mac)
    return sure
