"""What nodes tell: signs of life, wired ports, mastership of routers.

A sign of life alone is no change: it takes no revision. What a node says of ports and routers that it does
not host is not believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from hawser.server.model import agent as agents_model
from hawser.server.model.agent import Agent
from hawser.server.model.port import ROUTER_MOVING_OWNERS, Port
from hawser.server.model.router import RouterHost
from hawser.server.service import dhcp, hosting, move
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import agent as agent_rows
from hawser.server.store.tables import router as router_rows
from hawser.server.store.tables.agent import agent_table, agents, dhcp_hosting_table
from hawser.server.store.tables.port import port_table, ports
from hawser.server.store.tables.router import router_host_table
from hawser.wire.report import AgentState, PortStatus, Report, RouterStatus

JITTER = timedelta(seconds=0.5)
"""By which two tellings of one moment may differ: reports take their time."""


def take(store: Store, host: str, report: Report) -> None:
    """Take in one node's news. ``host`` is the node that authenticated; it speaks of itself only."""
    with store.write() as tx:
        _take_agents(tx, host, report.agents)
        if report.ports:
            _take_ports(tx, host, report.ports)
        if report.routers:
            _take_routers(tx, host, report)
        hosting.follow(tx, host)
        move.settle(tx)


def _take_agents(tx: Transaction, host: str, states: Sequence[AgentState]) -> None:
    known = {agent.agent_type: agent for agent in agents.find(tx, agent_table.c.host == host)}
    come = {
        state.agent_type for state in states if not _take_agent(tx, host, state, known.get(state.agent_type))
    }
    if agents_model.L3 in come:
        hosting.place_all(tx)
    if agents_model.DHCP in come:
        dhcp.serve_all(tx)


def _take_agent(tx: Transaction, host: str, state: AgentState, known: Agent | None) -> bool:
    """Note a sign of life; whether the agent was alive before."""
    if known is None:
        agents.add(tx, _new(tx, host, state))
        return False
    told = replace(known, **_told(state))
    if told == known:
        tx.execute(update(agent_table).where(agent_table.c.id == known.id).values(heartbeat_at=tx.now))
    else:
        agents.set(tx, known.id, **agent_rows.columns_of(replace(told, heartbeat_at=tx.now)))
        if told.availability_zone != known.availability_zone:
            _touch_networks(tx, known)
    return known.alive


def _touch_networks(tx: Transaction, agent: Agent) -> None:
    """An agent went to another zone: the networks that it serves have other zones."""
    for served in agent_rows.dhcp_hostings(tx, dhcp_hosting_table.c.agent_id == agent.id):
        tx.touch("networks", served.network_id)


def _told(state: AgentState) -> dict[str, Any]:
    return {
        "binary": state.binary,
        "availability_zone": state.availability_zone,
        "tunnel_address": state.tunnel_address,
        "mappings": state.mappings,
        "configurations": state.configurations,
        "started_at": datetime.fromtimestamp(state.started_at, UTC),
    }


def _new(tx: Transaction, host: str, state: AgentState) -> Agent:
    return Agent(
        id=str(uuid4()),
        agent_type=state.agent_type,
        binary=state.binary,
        host=host,
        availability_zone=state.availability_zone,
        description="",
        admin_state_up=True,
        tunnel_address=state.tunnel_address,
        mappings=state.mappings,
        configurations=state.configurations,
        created_at=tx.now,
        started_at=datetime.fromtimestamp(state.started_at, UTC),
        heartbeat_at=tx.now,
        alive=True,
    )


def _take_ports(tx: Transaction, host: str, statuses: Sequence[PortStatus]) -> None:
    found = {
        port.id: port for port in ports.find(tx, port_table.c.id.in_([each.port_id for each in statuses]))
    }
    hosted = _hosted(tx, host, {port.device_id for port in found.values()})
    for told in statuses:
        port = found.get(told.port_id)
        status = "ACTIVE" if told.up else "DOWN"
        if port is not None and port.status != status and _believed(port, host, hosted, told):
            ports.change(tx, port.id, status=status)


def _hosted(tx: Transaction, host: str, router_ids: set[str]) -> set[str]:
    """Which of the routers this node hosts."""
    columns = router_host_table.c
    where = columns.host == host, columns.router_id.in_(router_ids)
    return {row[0] for row in tx.execute(select(columns.router_id).where(*where))}


def _believed(port: Port, host: str, hosted: set[str], told: PortStatus) -> bool:
    """A port is up where it is bound; a router's port, also on the nodes that stand by."""
    if port.host == host:
        return True
    return told.up and port.device_owner in ROUTER_MOVING_OWNERS and port.device_id in hosted


def _take_routers(tx: Transaction, host: str, report: Report) -> None:
    columns = router_host_table.c
    of_those = columns.router_id.in_([each.router_id for each in report.routers])
    places = {place.router_id: place for place in router_rows.hosts(tx, columns.host == host, of_those)}
    for told in report.routers:
        place = places.get(told.router_id)
        if place is None:
            continue
        at = _since(tx, place, told, report.sent_at)
        if (place.mastership, place.mastership_at) != (told.mastership, at):
            router_rows.set_host(tx, place, mastership=told.mastership, mastership_at=at)
            hosting.bind(tx, place.router_id)


def _since(tx: Transaction, place: RouterHost, told: RouterStatus, sent_at: float) -> datetime | None:
    """Since when it is so, by this server's clock: nodes' clocks differ, and who became master last is told by it.

    A node that has never known its part of a router says so without a time: that is no news of a new router, and of
    any other it is so from now on. What is told again is no news.
    """
    same = place.mastership == told.mastership
    if not told.at:
        return place.mastership_at if same else tx.now
    ahead = timedelta(seconds=sent_at - tx.now.timestamp()) if sent_at else timedelta()
    at = min(datetime.fromtimestamp(told.at, UTC) - ahead, tx.now)
    if same and place.mastership_at and abs(at - place.mastership_at) < JITTER:
        return place.mastership_at
    return at
