"""Agents: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from neutron_lib.api import converters
from neutron_lib.api.definitions import agent as agent_definition
from neutron_lib.api.definitions import agent_resources_synced, availability_zone

from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import Field, Shown, boolean, fields, given
from hawser.server.model import agent as model
from hawser.server.model.agent import Agent, AgentChanges
from hawser.server.model.router import RouterHost

_TOPICS = {model.L3: "l3_agent", model.DHCP: "dhcp_agent"}
_DRAINED = {"allow_post": False, "allow_put": True, "convert_to": converters.convert_to_boolean}
ATTRIBUTES = table(
    "agent",
    "agents",
    (agent_definition, availability_zone, agent_resources_synced),
    {"drained": _DRAINED},
)


def _agent_type(text: str) -> str:
    """A type as agents write it, of one in any case: clients ask for `DHCP Agent`."""
    known = (model.LINUX_BRIDGE, model.L3, model.DHCP)
    return next((name for name in known if name.lower() == text.lower()), text)


FIELDS: Mapping[str, Field] = {
    **fields(_agent_type, "agent_type"),
    **fields(str, "id", "binary", "host", "availability_zone", "description"),
    **fields(boolean, "admin_state_up", "alive", "drained"),
}


def changes(values: Values) -> AgentChanges:
    """What an update asks for."""
    common = dict(given(values, "admin_state_up", "drained"))
    if "description" in values:
        common["description"] = values["description"] or ""
    return AgentChanges(**common)


def view(agent: Agent) -> Shown:
    """What a response shows."""
    return {
        "id": agent.id,
        "agent_type": agent.agent_type,
        "binary": agent.binary,
        "host": agent.host,
        "topic": _TOPICS.get(agent.agent_type, "N/A"),
        "availability_zone": agent.availability_zone or None,
        "description": agent.description or None,
        "admin_state_up": agent.admin_state_up,
        "alive": agent.alive,
        "drained": agent.drained,
        "resources_synced": None,
        "configurations": dict(agent.configurations),
        "created_at": _moment(agent.created_at),
        "started_at": _moment(agent.started_at),
        "heartbeat_timestamp": _moment(agent.heartbeat_at),
    }


def hosting_view(agent: Agent, place: RouterHost) -> Shown:
    """An L3 agent as one that hosts a router: with the part that it plays, where the router is HA."""
    return view(agent) | {"ha_state": place.mastership.value if place.ha_port_id else None}


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
