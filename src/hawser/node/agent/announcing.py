"""Has a router's neighbours, and the bridges and tunnels between, learn its place at once when it has come elsewhere.

A router that is on one node alone is announced where its addresses appear, and again after a second, for who carried it
before may have had the last word meanwhile. A highly available one is announced by keepalived on its new master. There
the last word may be that of a dead keepalived's node, whose addresses speak on until it gives way: then that node has
the master announce itself again, by a heartbeat that is lower than the master's own. Or it may be that of a master that
is cut off and does not know it yet, which speaks on to the outside for a moment (a second announcement that was due, a
neighbour that it looks for): a new master therefore says where each of its interfaces is once more when that is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping

from hawser.base import names
from hawser.base.addresses import Address
from hawser.base.config import NodeSettings
from hawser.machine.drivers.announce import Announcement
from hawser.machine.drivers.machine import Hands
from hawser.machine.drivers.vrrp import LOWEST
from hawser.machine.items.address import Address as AddressItem
from hawser.machine.items.item import Key
from hawser.node.agent import forged
from hawser.node.planners import feet, router_ha
from hawser.wire.intent import HighAvailability, NodeIntent, Router
from hawser.wire.report import Mastership

AGAIN = 1.0
"""Seconds after which all is said once more."""
OUTLIVED = 0.3
"""Seconds after which a master that was cut off has given way to who took over: it finds out as soon as that does."""
LATE = 0.2
"""Seconds more after which this node must have stood still, and somebody else may be master by now."""
LAST_WORDS = 0.1
"""Seconds after which a kernel that gave addresses up has sent what it still had of them."""


def standing(intent: NodeIntent, actual: Collection[Key], bridged: Collection[str]) -> Iterator[Announcement]:
    """The addresses that stand here, of routers that are on this node alone, where their neighbours can hear of it.

    ``actual`` are the keys of what stands, ``bridged`` the links that are on a bridge.
    """
    for router in intent.routers:
        if router.ha is None:
            yield from _own(router, actual, bridged)


def _own(router: Router, actual: Collection[Key], bridged: Collection[str]) -> Iterator[Announcement]:
    netns = names.router_namespace(router.id)
    for link, foot in feet.links(router):
        if names.tap(foot.port_id) in bridged:
            further = feet.floating(router) if foot is router.gateway else ()
            for address in (*feet.addresses(foot), *further):
                if AddressItem(netns, link, address).key in actual:
                    yield Announcement(netns, link, foot.mac, address.ip)


def _places(router: Router) -> Iterator[Announcement]:
    """One address of each interface: enough for bridges to learn where it is."""
    netns = names.router_namespace(router.id)
    for link, foot in feet.links(router):
        yield Announcement(netns, link, foot.mac, feet.addresses(foot)[0].ip)


class Announcer:
    """One node's."""

    def __init__(self, settings: NodeSettings, machine: Hands) -> None:
        self._settings = settings
        self._machine = machine
        self._announced: frozenset[Announcement] = frozenset()
        self._held: set[str] = set()
        self._saying: set[asyncio.Task[None]] = set()

    def stand(self, announcements: Iterable[Announcement]) -> None:
        """These are true now; those that were not before are said."""
        now = frozenset(announcements)
        news, self._announced = now - self._announced, now
        if news:
            self._begin(self._say(news))

    async def _say(self, news: frozenset[Announcement]) -> None:
        await asyncio.to_thread(self._machine.announce, news)
        await asyncio.sleep(AGAIN)
        await asyncio.to_thread(self._machine.announce, news & self._announced)

    def hold(self, intent: NodeIntent, held: Mapping[str, frozenset[Address]]) -> None:
        """These addresses are in routers' namespaces, by name; also of a keepalived that died while no agent ran."""
        for router in intent.routers:
            if router.ha:
                primary = router_ha.primary_address(router.ha.vrid).ip
                if primary in held.get(names.router_namespace(router.id), ()):
                    self._held.add(router.id)

    def part(self, intent: NodeIntent | None, router_id: str, part: Mastership) -> None:
        """keepalived says which part this node plays for a router. One that stands by has let go of all addresses."""
        router = next((each for each in intent.routers if each.id == router_id), None) if intent else None
        if part is Mastership.ACTIVE:
            if router and router_id not in self._held:
                self._begin(self._outlive(router))
            self._held.add(router_id)
        elif part is Mastership.STANDBY and router_id in self._held:
            self._held.discard(router_id)
            if router and router.ha:
                self._begin(self._give_way(router, router.ha))

    def _begin(self, saying: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(saying)
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _outlive(self, router: Router) -> None:
        latest = time.monotonic() + OUTLIVED + LATE
        await asyncio.sleep(OUTLIVED)
        if router.id in self._held and time.monotonic() < latest:
            await asyncio.to_thread(self._machine.announce, tuple(_places(router)))

    async def _give_way(self, router: Router, ha: HighAvailability) -> None:
        heartbeat = forged.heartbeat(ha, self._settings, LOWEST)
        if heartbeat is None:
            return  # the master's own second word, after a second, has to do
        for pause in (LAST_WORDS, 0):
            if router.id not in self._held:
                self._machine.speak(names.router_namespace(router.id), heartbeat, ha.address.ip, ha.peers)
                await asyncio.sleep(pause)
