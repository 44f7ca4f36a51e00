"""The node's loop: whatever happens only wakes it; what it does depends on the state alone.

intent + facts -> desired items; the machine -> actual items; plan; apply; report
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from pathlib import Path

from hawser.base.config import NodeSettings
from hawser.base.errors import MachineError
from hawser.machine.apply import Outcome
from hawser.machine.drivers.machine import Hands
from hawser.machine.items.item import Item, Key
from hawser.node.agent import desired
from hawser.node.agent.announcing import Announcer, standing
from hawser.node.agent.cache import Cache
from hawser.node.agent.copies import Copies
from hawser.node.agent.daemons import Daemons
from hawser.node.agent.knowledge import Knowledge
from hawser.node.agent.parts import Parts
from hawser.node.agent.rest import Rest
from hawser.node.agent.roles import Role
from hawser.node.agent.telling import Telling
from hawser.node.planners import router_ha
from hawser.node.planners.facts import Facts
from hawser.wire.change import IntentChange
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership

log = logging.getLogger(__name__)

SOON = 0.02
"""Seconds in which more of keepalived's news is waited for before it is acted on beside a turn."""
LONGEST_REST = 0.01
"""Seconds at most between two turns while news keeps coming: a burst of changes is done together."""


class Loop:
    """One node's roles over one machine. Nothing is taken away before the first complete intent."""

    def __init__(self, settings: NodeSettings, roles: Sequence[Role], machine: Hands) -> None:
        self.settings = settings
        self.roles = roles
        self.machine = machine
        self.daemons = Daemons(machine, router_ha.takeover_time(settings), self.look)
        self._cache = Cache(
            Path(settings.state_path) / "hawser" / f"intent-{'-'.join(role.name for role in roles)}.json"
        )
        self._intent = self._cache.load()
        self._actual: dict[Key, Item] | None = None
        self._parts = Parts()
        self.knowledge = Knowledge(settings, self._parts, self.wake, self._lean)
        self.telling = Telling(settings, roles, self._parts, self._known)
        self.copies = Copies(machine, settings.ha_confs_path, self._parts)
        self._announcer = Announcer(settings, machine)
        self._bridged: frozenset[str] = frozenset()
        self._heard: set[str] = set()
        """Routers that keepalived spoke of since the last look at the machine began: its word is the newer."""
        self._acting: asyncio.TimerHandle | None = None
        self._rest = Rest(machine.drifted, settings.resync_interval)
        self._look_began: float | None = None
        self._may_act = asyncio.Event()
        self._may_act.set()

    @property
    def intent(self) -> NodeIntent | None:
        """The intent that the node holds; None before the first."""
        return self._intent

    @property
    def facts(self) -> Facts:
        """What is known beside it, now."""
        return self.knowledge.facts

    @property
    def bridged(self) -> frozenset[str]:
        """The links that were on a bridge when the last turn began."""
        return self._bridged

    def take(self, intent: NodeIntent, change: IntentChange) -> None:
        """A new intent arrived, by this change; it is kept on disk before anything is done about it."""
        self._parts.forget(desired.left(self._intent, intent))
        self._intent = intent
        self.knowledge.told()
        self._keep(intent, change)
        if change.base is None:  # a server that has to say everything may know nothing
            self.telling.reporter.forget()
        self._rest.wake()

    def _keep(self, intent: NodeIntent, change: IntentChange) -> None:
        try:
            self._cache.save(intent, change)
        except OSError as error:
            log.error("the intent cannot be kept on disk, this node would start with an old one: %s", error)

    def mastership(self, router_id: str, part: Mastership) -> None:
        """keepalived says which part this machine plays for a router."""
        self._announcer.part(self._intent, router_id, part)
        self._heard.add(router_id)
        self.knowledge.plays(router_id, part)
        # Also where the part is the same: one that was cut off missed what others said.
        self.copies.renew([router_id])
        if self._acting is None:
            self._acting = asyncio.get_running_loop().call_later(SOON, self._act_beside)
        self._rest.wake()

    def _act_beside(self) -> None:
        """The turn under way may be long: elections and servers do not wait for its end."""
        self._acting = None
        self._lean()
        if self._intent:
            self.telling.tell_parts(self._intent)

    def mastered(self, longer_than: float = 0.0) -> frozenset[str]:
        """The routers, by id, that this node has been master of for so many seconds."""
        return self._parts.mastered(longer_than)

    def look(self) -> None:
        """Something changed on the machine without our doing: look at all of it."""
        self._actual = None
        self._rest.wake()

    def wake(self) -> None:
        """Something may have changed that facts will tell."""
        self._rest.wake()

    def _known(self) -> tuple[NodeIntent, Facts]:
        return self._intent or NodeIntent(self.settings.host, 0), self.facts

    async def act_after(self, seconds: float) -> None:
        """Look at the machine, and do nothing to it for so long: the first turn leans on elections, by who answers."""
        self._may_act.clear()
        await asyncio.sleep(seconds)
        self._may_act.set()

    async def run(self) -> None:
        """Turn at every wake-up, and look at the whole machine every so often."""
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                await self._turn()
            except (MachineError, OSError) as error:
                log.error("the machine cannot be read or changed now, trying again: %s", error)
                self._try_again()
            await asyncio.sleep(min(loop.time() - begun, LONGEST_REST))
            if await self._rest.until_due():
                self._actual = None

    async def _turn(self) -> None:
        await self._gather_facts()
        intent = self._intent
        if intent is None:
            return
        if self._actual is not None:
            self._lean()
        actual = await self._actual_items(intent)
        intent, actual = await self._until_it_may_act(intent, actual)
        self._announce(intent, actual, self._bridged)  # what left its bridge is told again when it is back
        # Elsewhere than in the event loop, which hears of other nodes and of keepalived meanwhile.
        steps = await asyncio.to_thread(desired.steps, intent, self.facts, self.roles, dict(actual))
        self.daemons.let_go(desired.doomed(steps))
        outcome = await asyncio.to_thread(self.machine.apply, steps)
        started = desired.started(outcome.done)
        self.daemons.follow(started)
        self.copies.renew(desired.copied_anew(intent, started))
        self._settle(actual, outcome)
        self._announce(intent, actual, self._bridged | desired.members(outcome.done))
        if self._look_began is not None and not outcome.failed:
            took, steps_taken = time.monotonic() - self._look_began, len(outcome.done)
            log.info("the machine is as it shall be: looked at in %.3f s, %d steps", took, steps_taken)
            self._look_began = None
        self.telling.tell(intent, self.facts, actual, outcome.failed)

    async def _until_it_may_act(
        self, intent: NodeIntent, actual: dict[Key, Item]
    ) -> tuple[NodeIntent, dict[Key, Item]]:
        """The intent to go by, and what stands. A newer one may have come meanwhile: by what it says it is known who
        takes part; and what dead daemons left behind is read only where they are not wanted."""
        if self._may_act.is_set():
            return intent, actual
        await self._may_act.wait()
        newest = self._intent or intent
        self.knowledge.admit_only(desired.running(actual, newest))
        self.knowledge.admit_only(self.facts.admitted | desired.taking_part(newest, self.facts))
        if newest is not intent:
            self._actual = None
            actual = await self._actual_items(newest)
        return newest, actual

    async def _gather_facts(self) -> None:
        machine = await asyncio.to_thread(self.machine.facts)
        self.knowledge.sees(machine)
        if self._intent and any(role.name == "linuxbridge" for role in self.roles):
            self.knowledge.will_bridge(desired.wireable(self._intent, self.facts))
        takes_part = desired.taking_part(self._intent, self.facts) if self._intent else frozenset()
        self.knowledge.admit_only(takes_part)
        if self._actual is not None and desired.lost_links(self._actual, machine.links):
            self._actual = None
        self._bridged = machine.bridged

    async def _actual_items(self, intent: NodeIntent) -> dict[Key, Item]:
        if self._actual is not None:
            return self._actual
        self._look_began = time.monotonic()
        self._heard.clear()
        wanted = await asyncio.to_thread(desired.desired, intent, self.facts, self.roles)
        self._rest.looked()
        actual = await asyncio.to_thread(self.machine.read, wanted)
        held = await asyncio.to_thread(self.machine.held, desired.elected(intent))
        self._announcer.hold(intent, held)
        for router_id, part in desired.masterships(actual, held, intent).items():
            if router_id not in self._heard and self.knowledge.plays(router_id, part):
                self.copies.renew([router_id])
        self.knowledge.admit_only(self.facts.admitted | desired.running(actual, intent))
        spared = self.daemons.spared() & wanted.keys() - actual.keys()
        self._actual = actual | {key: wanted[key] for key in spared}
        return self._actual

    def _lean(self) -> None:
        """Write the numbers that lean on elections, ahead of the rest of a turn or beside it: they are files alone,
        and tens of microseconds each."""
        routes = any(role.name == "l3" for role in self.roles)
        known = self._may_act.is_set()  # which parts it plays
        if self._intent is None or not routes or not known:
            return
        outcome = self.machine.apply(desired.leaning(self._intent, self.facts, self._actual))
        if self._actual is not None:
            self._actual.update((op.item.key, op.item) for op in outcome.done)

    def _settle(self, actual: dict[Key, Item], outcome: Outcome) -> None:
        desired.follow(actual, outcome.done)
        if outcome.failed:
            self._try_again()
        else:
            self._rest.succeeded()

    def _try_again(self) -> None:
        self._actual = None
        self._rest.failed()

    def _announce(self, intent: NodeIntent, actual: dict[Key, Item], bridged: frozenset[str]) -> None:
        """What is known from disk alone may be elsewhere by now: nothing is said of that."""
        if self.facts.told and any(role.name == "l3" for role in self.roles):
            self._announcer.stand(standing(intent, actual.keys(), bridged))
