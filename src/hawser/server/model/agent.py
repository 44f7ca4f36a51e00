"""An agent: one role of one node, alive as long as it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hawser.server.model.unset import UNSET, Unset

LINUX_BRIDGE = "Linux bridge agent"
L3 = "L3 agent"
DHCP = "DHCP agent"


@dataclass(frozen=True, slots=True)
class Agent:
    """``configurations`` is shown to operators as the agent sent it. ``tunnel_address`` is "" for none.

    ``alive`` was worked out when the value was read: heard of within ``agent_down_time``. One that is
    ``drained`` is master of no highly available router that another could carry, and gets no other router.
    """

    id: str
    agent_type: str
    binary: str
    host: str
    availability_zone: str
    description: str
    admin_state_up: bool
    tunnel_address: str
    mappings: tuple[str, ...]
    configurations: Mapping[str, object]
    created_at: datetime
    started_at: datetime
    heartbeat_at: datetime
    alive: bool
    drained: bool = False

    @property
    def answers(self) -> bool:
        """Whether its node answers for other nodes' ports, so that these are not asked."""
        return self.agent_type == LINUX_BRIDGE and self.configurations.get("arp_responder") is True


@dataclass(frozen=True, slots=True)
class DhcpHosting:
    """A network is served by a DHCP agent, with this port; None while none of its subnets has DHCP enabled."""

    network_id: str
    agent_id: str
    host: str
    port_id: str | None


@dataclass(frozen=True, slots=True)
class AgentChanges:
    """What an update asks for; UNSET leaves a field alone."""

    description: str | Unset = UNSET
    admin_state_up: bool | Unset = UNSET
    drained: bool | Unset = UNSET
