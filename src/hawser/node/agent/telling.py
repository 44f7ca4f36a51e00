"""What a node tells servers: its agents, its ports and its routers' parts, each by the role that answers for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from hawser.base.config import NodeSettings
from hawser.machine.apply import Failure
from hawser.machine.items.item import Item, Key
from hawser.node.agent import status
from hawser.node.agent.alarms import Alarms, Refusals
from hawser.node.agent.parts import Parts
from hawser.node.agent.reporter import Reporter
from hawser.node.agent.roles import Role
from hawser.node.planners import bridge
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent
from hawser.wire.report import AgentState


class Telling:
    """``known`` gives what the node holds and knows at any moment, for its signs of life."""

    def __init__(
        self,
        settings: NodeSettings,
        roles: Sequence[Role],
        parts: Parts,
        known: Callable[[], tuple[NodeIntent, Facts]],
    ) -> None:
        self.reporter = Reporter(settings, self.agent_states)
        self._roles = roles
        self._parts = parts
        self._known = known
        self._alarms = Alarms()
        self._refusals = Refusals()
        self._started_at = time.time()

    def agent_states(self) -> list[AgentState]:
        """Each role as an agent of the API."""
        intent, facts = self._known()
        alarms = self._alarms.present
        return [status.agent_state(role, facts, intent, self._started_at, alarms) for role in self._roles]

    def tell(
        self, intent: NodeIntent, facts: Facts, actual: Mapping[Key, Item], failed: Sequence[Failure]
    ) -> None:
        """What stands now, and what could not be done about it."""
        wires = any(role.name == "linuxbridge" for role in self._roles)
        unwired = bridge.alarms(intent, facts) if wires else ()
        self._alarms.tell([*unwired, *self._refusals.alarms(failed)])
        if wires:
            self.reporter.tell_ports(status.port_statuses(intent, facts, actual).values())
        self.tell_parts(intent)

    def tell_parts(self, intent: NodeIntent) -> None:
        """Which parts this node plays now."""
        if any(role.name == "l3" for role in self._roles):
            self.reporter.tell_routers(self._parts.statuses(intent))
