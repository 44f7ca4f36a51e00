"""Agents, and what each hosts: the use cases. All are an administrator's; policy sees to that."""

from __future__ import annotations

from sqlalchemy import select

from hawser.base.errors import BadInput
from hawser.server.model.agent import L3, Agent, AgentChanges
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.network import Network
from hawser.server.model.router import Router, RouterHost, as_shown
from hawser.server.service import access, dhcp, hosting, move
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import network as network_rows
from hawser.server.store.tables import router as router_rows
from hawser.server.store.tables.agent import agent_table, agents, dhcp_hosting_table
from hawser.server.store.tables.network import network_table
from hawser.server.store.tables.router import router_host_table, router_table


def get(store: Store, caller: Caller, id: str) -> Agent:
    """The one with this id."""
    with store.read() as tx:
        return _existing(tx, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Agent]:
    """Those that the filters match ("alive" is one of the fields)."""
    with store.read() as tx:
        return agents.find(tx, filters=filters)


def update(store: Store, caller: Caller, id: str, changes: AgentChanges) -> Agent:
    """Change what is said in ``changes``. An agent that is administratively down gets nothing new to host.

    From one that is to be drained, the routers that it carries move away; `BadInput` where it carries none ever.
    One that is drained no longer takes none of them back.
    """
    with store.write() as tx:
        before = _existing(tx, id)
        if changes.drained is True and before.agent_type != L3:
            raise BadInput("drained", f"a {before.agent_type} carries no routers", "Drain an L3 agent.")
        if said(changes):
            agents.set(tx, id, **said(changes))
        after = _existing(tx, id)
        if after.drained and not before.drained:
            move.drain(tx, after)
        elif before.drained and not after.drained:
            move.stay(tx, after)
        if after.admin_state_up and (before.drained or not before.admin_state_up):
            hosting.place_all(tx)
            dhcp.serve_all(tx)
        return after


def delete(store: Store, caller: Caller, id: str) -> None:
    """Forget it; what it hosted is given to others where there are any."""
    with store.write() as tx:
        agent = _existing(tx, id)
        hosting.leave(tx, agent)
        dhcp.leave(tx, agent)
        agents.remove(tx, id)
        hosting.place_all(tx)
        dhcp.serve_all(tx)


def hosting_router(store: Store, caller: Caller, router_id: str) -> list[tuple[Agent, RouterHost]]:
    """The L3 agents that host a router, by rank, each with its place (``mastership`` as to be shown)."""
    with store.read() as tx:
        access.owned_router(tx, caller, router_id)
        hosts = router_rows.hosts(tx, router_host_table.c.router_id == router_id)
        found = {agent.id: agent for agent in agents.find(tx, agent_table.c.agent_type == L3)}
    alive = {agent.id for agent in found.values() if agent.alive}
    return [(found[host.agent_id], host) for host in as_shown(hosts, alive)]


def routers(store: Store, caller: Caller, id: str) -> list[Router]:
    """The routers that an L3 agent hosts."""
    with store.read() as tx:
        _existing(tx, id)
        hosted = select(router_host_table.c.router_id).where(router_host_table.c.agent_id == id)
        return router_rows.routers.find(tx, *router_rows.visible(caller), router_table.c.id.in_(hosted))


def hosting_network(store: Store, caller: Caller, network_id: str) -> list[Agent]:
    """The DHCP agents that serve a network."""
    with store.read() as tx:
        access.seen_network(tx, caller, network_id)
        serving = select(dhcp_hosting_table.c.agent_id).where(dhcp_hosting_table.c.network_id == network_id)
        return agents.find(tx, agent_table.c.id.in_(serving))


def networks(store: Store, caller: Caller, id: str) -> list[Network]:
    """The networks that a DHCP agent serves."""
    with store.read() as tx:
        _existing(tx, id)
        served = select(dhcp_hosting_table.c.network_id).where(dhcp_hosting_table.c.agent_id == id)
        return network_rows.networks.find(tx, *network_rows.visible(caller), network_table.c.id.in_(served))


def add_router(store: Store, caller: Caller, id: str, router_id: str) -> None:
    """Have an L3 agent host a router, beside those that do; a router that is not HA, only if none does."""
    with store.write() as tx:
        router = access.owned_router(tx, caller, router_id)
        hosting.assign(tx, router, _existing(tx, id))


def remove_router(store: Store, caller: Caller, id: str, router_id: str) -> None:
    """Have an L3 agent no longer host a router; nobody takes its place until an agent comes."""
    with store.write() as tx:
        agent = _existing(tx, id)
        hosting.withdraw(tx, access.owned_router(tx, caller, router_id), agent)


def add_network(store: Store, caller: Caller, id: str, network_id: str) -> None:
    """Have a DHCP agent serve a network, beside those that do."""
    with store.write() as tx:
        network = access.seen_network(tx, caller, network_id)
        dhcp.assign(tx, network, _existing(tx, id))


def remove_network(store: Store, caller: Caller, id: str, network_id: str) -> None:
    """Have a DHCP agent no longer serve a network; nobody takes its place until an agent comes."""
    with store.write() as tx:
        agent = _existing(tx, id)
        dhcp.unassign(tx, access.seen_network(tx, caller, network_id), agent)


def _existing(tx: Transaction, id: str) -> Agent:
    return access.existing(agents.get(tx, id), "agent", id)
