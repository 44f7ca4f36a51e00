"""The node's loop: whatever happens only wakes it; what it does depends on the state alone.

intent + facts -> desired items; the machine -> actual items; plan; apply; report
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hawser.base import names
from hawser.base.config import NodeSettings
from hawser.base.errors import MachineError
from hawser.machine.apply import Outcome
from hawser.machine.drivers.events import ProcessEvents
from hawser.machine.drivers.machine import Hands
from hawser.machine.items.item import Item, Key
from hawser.machine.items.process import process_key
from hawser.machine.plan import Verb
from hawser.node.agent import desired, status
from hawser.node.agent.alarms import Alarms
from hawser.node.agent.announcing import Announcer, standing
from hawser.node.agent.cache import Cache
from hawser.node.agent.parts import Parts
from hawser.node.agent.reporter import Reporter
from hawser.node.agent.roles import Role
from hawser.node.planners import bridge, conntrack, router_ha
from hawser.node.planners.facts import Contact, Facts, Outlook
from hawser.wire.change import IntentChange
from hawser.wire.intent import HighAvailability, NodeIntent, Router
from hawser.wire.report import AgentState, Mastership

log = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = 0.1, 5.0
"""Seconds before an operation that failed is tried again: doubled each time between these two."""

GLANCE = 1.0
"""Seconds between two glances at what others may have done to this machine."""

LONGEST_REST = 0.01
"""Seconds at most between two turns while news keeps coming: a burst of changes is done together."""


class Loop:
    """One node's roles over one machine. Nothing is taken away before the first complete intent."""

    def __init__(self, settings: NodeSettings, roles: Sequence[Role], machine: Hands) -> None:
        self.settings = settings
        self.roles = roles
        self.machine = machine
        self.processes = ProcessEvents()
        self.started_at = time.time()
        self.reporter = Reporter(settings, self.agent_states)
        self._cache = Cache(Path(settings.state_path) / "hawser" / f"intent-{'-'.join(self._names())}.json")
        self._intent = self._cache.load()
        self._facts = Facts(settings, frozenset(), frozenset(), frozenset(), None, {})
        self._actual: dict[Key, Item] | None = None
        self._parts = Parts()
        self._announcer = Announcer(settings, machine)
        self._daemons: Mapping[Key, int] = {}
        self._contact = Contact.SOUND
        self._outlooks: Mapping[str, Outlook] = {}
        self._admitted: frozenset[str] = frozenset()
        self._bridged: frozenset[str] = frozenset()
        self._told = False
        self._alarms = Alarms()
        self._wake = asyncio.Event()
        self._looked_at = 0.0
        self._glance_at = 0.0
        self._retry = FIRST_RETRY

    @property
    def intent(self) -> NodeIntent | None:
        """The intent that the node holds; None before the first."""
        return self._intent

    def take(self, intent: NodeIntent, change: IntentChange) -> None:
        """A new intent arrived, by this change; it is kept on disk before anything is done about it."""
        self._parts.forget(desired.left(self._intent, intent))
        self._intent = intent
        self._told = True
        self._cache.save(intent, change)
        self._wake.set()

    def mastership(self, router_id: str, part: Mastership) -> None:
        """keepalived says which part this machine plays for a router."""
        self._announcer.part(self._intent, router_id, part)
        self._set_part(router_id, part)
        self._wake.set()

    def hears(self, contact: Contact) -> None:
        """Whether this node hears the others, at any moment. It leans on elections by it at once."""
        if contact is not self._contact:
            level = logging.WARNING if contact is Contact.LOST else logging.INFO
            log.log(level, "contact with the other nodes over the tunnel network is %s", contact)
            self._contact = contact
            self._facts = replace(self._facts, contact=contact)
            self._lean()
            self._wake.set()

    def carried(self, longer_than: float) -> Iterator[Router]:
        """The routers with external gateways that this node has been master of for so many seconds."""
        carried = self._parts.mastered(longer_than)
        for router in self._intent.routers if self._intent else ():
            if router.id in carried and router.next_hops:
                yield router

    def mastered(self) -> frozenset[str]:
        """The routers, by id, that this node is master of."""
        return self._parts.mastered()

    def foresees(self, outlooks: Mapping[str, Outlook]) -> None:
        """How things stand with routers' external gateways, by router id."""
        if outlooks != self._outlooks:
            lost = sorted(each for each, outlook in outlooks.items() if outlook is Outlook.LOST)
            log.warning("external gateways are out of reach of: %s", ", ".join(lost) or "none")
            self._outlooks = outlooks
            self._wake.set()

    def standing_aside(self) -> Iterator[tuple[Router, HighAvailability]]:
        """The routers whose elections this node is to be let into (`agent.joining`), each with its place."""
        for router in self._intent.routers if self._intent else ():
            if router.admin_state_up and router.ha and router_ha.stands_aside(router.ha, self._facts):
                yield router, router.ha

    def admit(self, port_ids: Collection[str]) -> None:
        """By these HA ports this node is known to its peers: it takes part in their elections."""
        self._admit(self._admitted.union(port_ids))
        self._wake.set()

    def look(self) -> None:
        """Something changed on the machine without our doing: look at all of it."""
        self._actual = None
        self._wake.set()

    def daemon_ended(self) -> None:
        """A daemon is gone. A dead keepalived's addresses still carry its router: it is not started again before
        a peer had the time to take over, for its start takes them away."""
        asyncio.get_running_loop().call_later(router_ha.takeover_time(self.settings), self.look)

    def electors(self) -> Iterator[tuple[int, Key, Mastership]]:
        """Each keepalived: its main pid, its key, and which part it plays."""
        for router in self._intent.routers if self._intent else ():
            key = process_key(names.router_namespace(router.id), router_ha.PROCESS)
            if key in self._daemons:
                yield self._daemons[key], key, self._parts.of(router.id)

    def copiers(self) -> Iterator[tuple[int, Key]]:
        """Each conntrackd: its pid and its key."""
        return ((pid, key) for key, pid in self._daemons.items() if key[2] == conntrack.PROCESS)

    async def end(self, daemon: Key) -> None:
        """A daemon hangs, for so long that others do its work: it is started anew."""
        log.warning("%s hangs: it is ended and started again", "/".join(daemon))
        self._daemons = {key: pid for key, pid in self._daemons.items() if key != daemon}
        await asyncio.to_thread(self.machine.kill, daemon)
        self.look()

    def wake(self) -> None:
        """Something may have changed that facts will tell."""
        self._wake.set()

    def agent_states(self) -> list[AgentState]:
        """Each role as an agent of the API."""
        intent = self._intent or NodeIntent(self.settings.host, 0)
        alarms = self._alarms.present
        return [status.agent_state(role, self._facts, intent, self.started_at, alarms) for role in self.roles]

    async def run(self) -> None:
        """Turn at every wake-up, and look at the whole machine every so often."""
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                await self._turn()
            except MachineError as error:
                log.error("the machine cannot be read or changed now, trying again: %s", error)
                self._try_again()
            await asyncio.sleep(min(loop.time() - begun, LONGEST_REST))
            await self._rest()
            self._wake.clear()

    async def _rest(self) -> None:
        """Until something wakes it, or it is time to look. One that is woken all the time glances none the less."""
        while True:
            if time.monotonic() >= self._glance_at:
                self._glance_at = time.monotonic() + GLANCE
                if await self._must_look():
                    self._actual = None
                    return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._glance_at - time.monotonic())
                return

    async def _must_look(self) -> bool:
        """Whether the last look was long ago, or a glance tells that somebody changed something since."""
        overdue = time.monotonic() - self._looked_at >= self.settings.resync_interval
        return overdue or await asyncio.to_thread(self.machine.drifted)

    async def _turn(self) -> None:
        await self._gather_facts()
        intent = self._intent
        if intent is None:
            return
        looks, begun = self._actual is None, time.monotonic()
        if not looks:
            self._lean()
        actual = await self._actual_items(intent)
        # Elsewhere than in the event loop, which hears of other nodes and of keepalived meanwhile.
        steps = await asyncio.to_thread(desired.steps, intent, self._facts, self.roles, dict(actual))
        outcome = await asyncio.to_thread(self.machine.apply, steps)
        self._daemons = self.machine.pids()
        if not self.processes.follow(self._daemons.values()):
            self.look()
        if desired.started(outcome.done) - self._daemons.keys():
            self.daemon_ended()  # before it could be followed
        self._settle(actual, outcome)
        self._announce(intent, actual)
        if looks and not outcome.failed:
            took, steps_taken = time.monotonic() - begun, len(outcome.done)
            log.info("the machine is as it shall be: looked at in %.3f s, %d steps", took, steps_taken)
        self._report(intent, actual)

    async def _gather_facts(self) -> None:
        machine = await asyncio.to_thread(self.machine.facts)
        local_ip = self.settings.local_ip
        bridges_itself = any(role.name == "linuxbridge" for role in self.roles)
        taps = desired.taps(self._intent) if self._intent and bridges_itself else frozenset()
        self._facts = Facts(
            settings=self.settings,
            links=machine.links,
            bridged=machine.bridged | taps,
            live=machine.live,
            tunnel_device=machine.device_of.get(local_ip) if local_ip else None,
            masterships=self._parts.known(),
            contact=self._contact,
            outlooks=self._outlooks,
            told=self._told,
            missing=machine.missing,
            admitted=self._admitted,
        )
        self._admit(desired.taking_part(self._intent, self._facts) if self._intent else frozenset())
        if self._actual is not None and desired.lost_links(self._actual, machine.links):
            self._actual = None
        self._bridged = machine.bridged

    async def _actual_items(self, intent: NodeIntent) -> dict[Key, Item]:
        if self._actual is not None:
            return self._actual
        wanted = await asyncio.to_thread(desired.desired, intent, self._facts, self.roles)
        self._looked_at = time.monotonic()
        actual = await asyncio.to_thread(self.machine.read, wanted)
        held = await asyncio.to_thread(self.machine.held, desired.elected(intent))
        self._announcer.hold(intent, held)
        for router_id, part in desired.masterships(actual, held, intent).items():
            self._set_part(router_id, part)
        self._facts = replace(self._facts, masterships=self._parts.known())
        self._admit(self._admitted | desired.running(actual, intent))
        self._actual = actual
        return actual

    def _admit(self, port_ids: frozenset[str]) -> None:
        self._admitted = port_ids
        self._facts = replace(self._facts, admitted=port_ids)

    def _lean(self) -> None:
        """Write the numbers that lean on elections, ahead of the rest of a turn or beside it: they are files alone,
        and tens of microseconds each."""
        if self._intent is None or not any(role.name == "l3" for role in self.roles):
            return
        outcome = self.machine.apply(desired.leaning(self._intent, self._facts, self._actual))
        if self._actual is not None:
            self._actual.update((op.item.key, op.item) for op in outcome.done)

    def _settle(self, actual: dict[Key, Item], outcome: Outcome) -> None:
        for key in desired.fallen(actual, [op.item for op in outcome.done if op.verb is Verb.DELETE]):
            actual.pop(key, None)
        actual.update((op.item.key, op.item) for op in outcome.done if op.verb is not Verb.DELETE)
        if not outcome.failed:
            self._retry = FIRST_RETRY
            return
        self._try_again()

    def _try_again(self) -> None:
        self._actual = None
        asyncio.get_running_loop().call_later(self._retry, self._wake.set)
        self._retry = min(2 * self._retry, LAST_RETRY)

    def _announce(self, intent: NodeIntent, actual: dict[Key, Item]) -> None:
        """What is known from disk alone may be elsewhere by now: nothing is said of that."""
        if self._told and any(role.name == "l3" for role in self.roles):
            self._announcer.stand(standing(intent, actual.keys(), self._bridged))

    def _report(self, intent: NodeIntent, actual: dict[Key, Item]) -> None:
        wires = any(role.name == "linuxbridge" for role in self.roles)
        routes = any(role.name == "l3" for role in self.roles)
        ports = status.port_statuses(intent, self._facts, actual).values() if wires else ()
        routers = self._parts.statuses(intent) if routes else ()
        if wires:
            self._alarms.tell(bridge.alarms(intent, self._facts))
        self.reporter.tell(ports, routers)

    def _set_part(self, router_id: str, part: Mastership) -> None:
        if self._parts.play(router_id, part) and part is Mastership.ACTIVE:  # it can look for itself now
            self._outlooks = {each: held for each, held in self._outlooks.items() if each != router_id}

    def _names(self) -> list[str]:
        return [role.name for role in self.roles]
