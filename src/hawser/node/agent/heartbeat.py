"""Asks the other nodes over the tunnel network, round by round: tells the loop when contact is lost or back, and the
successors when one falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from hawser.base.addresses import Address
from hawser.machine.drivers.echo import Echo
from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent.claims import Succession
from hawser.node.agent.hearing import DOUBT, ROUND, Hearing
from hawser.node.planners.facts import Contact
from hawser.wire.intent import NodeIntent

LOST_MARK = Path("/run/hawser/contact-lost")
"""There while contact is lost: an agent that starts anew in the meantime knows; so does not a machine."""
FIRST_WORD = (DOUBT + 1) * ROUND
"""Seconds after which it is known at the latest whether anybody answers at all."""


class Heartbeat:
    """``held`` gives the node's intent, ``tell`` is called with each new state of contact."""

    def __init__(
        self, held: Callable[[], NodeIntent | None], tell: Callable[[Contact], None], succession: Succession
    ) -> None:
        self._held = held
        self._tell = tell
        self._succession = succession
        self._silent: frozenset[Address] = frozenset()
        self._known: NodeIntent | None = None
        self._told: Contact | None = None

    def silent(self) -> frozenset[Address]:
        """Who of the others does not answer."""
        return self._silent

    async def run(self, local_ip: Address) -> None:
        """Ask from this address without end."""
        clock = asyncio.get_running_loop().time
        namespaces = Namespaces()
        echo = Echo(namespaces, local_ip.version, source=local_ip)
        hearing = Hearing(clock(), lost=LOST_MARK.exists())
        next_round = clock()
        try:
            while True:
                self._round(echo, hearing, clock())
                next_round = max(next_round + ROUND, clock())
                await asyncio.sleep(next_round - clock())
        finally:
            echo.close()
            namespaces.close()

    def _round(self, echo: Echo, hearing: Hearing, now: float) -> None:
        intent = self._held()
        if intent is not None and intent is not self._known:
            hearing.know(intent.nodes, _peers(intent))
            self._known = intent
        for address in echo.answers():
            hearing.hear(address, now)
        for address in hearing.round(now):
            echo.ask(address)
        if hearing.contact is not self._told:
            self._told = hearing.contact
            self._tell(hearing.contact)
            _mark(hearing.contact is Contact.LOST)
        self._silent = hearing.silent(now)
        if hearing.suspected:
            self._succession.suspect(hearing.suspected, self._silent)
        if hearing.fallen:
            self._succession.follow(hearing.fallen, self._silent)


def _peers(intent: NodeIntent) -> Iterator[Address]:
    others = (peer for router in intent.routers if router.ha for peer in router.ha.others)
    return (peer.node for peer in others if peer.node is not None)


def _mark(lost: bool) -> None:
    if lost:
        LOST_MARK.parent.mkdir(parents=True, exist_ok=True)
        LOST_MARK.touch()
    else:
        LOST_MARK.unlink(missing_ok=True)
