"""Lets this node into the elections of routers that others carry, each when it is known there.

A keepalived that its peers do not know hears nothing of them, and would make itself a second master. So it is started
when the first heartbeat comes, for that is sent by who knows this node; or when nobody is master any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from hawser.base import names
from hawser.base.errors import MachineError
from hawser.machine.drivers.elections import Ear
from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent.loop import Loop
from hawser.node.planners.router_ha import primary_address, stands_aside, takeover_time
from hawser.wire.intent import HighAvailability, Router

LOOK = 0.05
"""Seconds between two looks."""
SILENCE = 1.0
"""Seconds at least without any sign of a master, after which there is none: its peers take over sooner."""


class Newcomer:
    """One router's election as it is heard from outside."""

    def __init__(self, ear: Ear, now: float, patience: float) -> None:
        self._ear = ear
        self._patience = patience
        self._quiet_since = now

    def may_join(self, now: float, wired: bool) -> bool:
        """Whether this node is known there, or there is nobody to know it; asks for the master, else. Until its foot is
        ``wired`` it can hear nobody."""
        if self._ear.answered() or not wired:
            self._quiet_since = now
        if self._ear.heard() or now - self._quiet_since >= self._patience:
            return True
        self._ear.ask()
        return False

    def close(self) -> None:
        """Listen no more."""
        self._ear.close()


async def join(loop: Loop) -> None:
    """Listen without end, wherever this node stands aside."""
    clock = asyncio.get_running_loop().time
    patience = max(SILENCE, takeover_time(loop.settings))
    namespaces = Namespaces()
    newcomers: dict[str, Newcomer] = {}
    while True:
        waiting = {ha.port_id: (router, ha) for router, ha in standing_aside(loop)}
        for port_id in newcomers.keys() - waiting:
            newcomers.pop(port_id).close()
        for port_id in waiting.keys() - newcomers:
            if ear := _ear(namespaces, *waiting[port_id]):
                newcomers[port_id] = Newcomer(ear, clock(), patience)
        wired = {port_id for port_id in newcomers if names.tap(port_id) in loop.bridged}
        if known := {
            port_id for port_id, each in newcomers.items() if each.may_join(clock(), port_id in wired)
        }:
            loop.knowledge.admit(known)
        await asyncio.sleep(LOOK)


def standing_aside(loop: Loop) -> Iterator[tuple[Router, HighAvailability]]:
    """The routers whose elections this node is to be let into, each with its place."""
    facts = loop.facts
    for router in loop.intent.routers if loop.intent else ():
        if router.admin_state_up and router.ha and stands_aside(router.ha, facts):
            yield router, router.ha


def _ear(namespaces: Namespaces, router: Router, ha: HighAvailability) -> Ear | None:
    """None where the router's foot does not stand yet."""
    netns, link = names.router_namespace(router.id), names.ha_interface(ha.port_id)
    own, primary = ha.address.ip, primary_address(ha.vrid).ip
    try:
        return Ear(namespaces, netns, link, own, primary)
    except MachineError:
        return None
