"""Which DHCP agents serve a network, and their ports on it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy import func, select

from hawser.base.addresses import Address
from hawser.base.errors import NoMoreRoom
from hawser.server.allocate.agents import Candidate, choose
from hawser.server.model import agent as agents_model
from hawser.server.model.agent import Agent, DhcpHosting
from hawser.server.model.filters import Filters
from hawser.server.model.network import Network
from hawser.server.model.port import DHCP, NewPort, WantedIp
from hawser.server.service import plug
from hawser.server.store.session import Transaction
from hawser.server.store.tables import agent as rows
from hawser.server.store.tables.agent import agents, dhcp_hosting_table
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.subnet import subnet_table, subnets

_LOGGER = logging.getLogger(__name__)
_USABLE = Filters(
    where=(("agent_type", (agents_model.DHCP,)), ("alive", (True,)), ("admin_state_up", (True,)))
)


def serve(tx: Transaction, network: Network) -> None:
    """Bring a network's DHCP servers in line with its subnets.

    A network with a subnet that has DHCP enabled is served by ``dhcp_agents_per_network`` agents, or by as
    many as there are; each has a port with an address in every such subnet. Others are not served.
    """
    served = subnets.find(tx, subnet_table.c.network_id == network.id, subnet_table.c.enable_dhcp)
    if not served:
        withdraw(tx, network.id)
        return
    wanted = tuple(WantedIp(subnet.id) for subnet in sorted(served, key=lambda each: each.created_at))
    hostings = rows.dhcp_hostings(tx, dhcp_hosting_table.c.network_id == network.id)
    for hosting in hostings:
        _readdress(tx, hosting, wanted)
    more = tx.settings.dhcp_agents_per_network - len(hostings)
    if more > 0:
        serving = {hosting.agent_id for hosting in hostings}
        others = [each for each in _candidates(tx) if each.agent_id not in serving]
        _start_all(tx, network, choose(others, more), wanted)


def serve_all(tx: Transaction) -> None:
    """Have every network that lacks DHCP servers get them: an agent has come."""
    counted = (
        select(dhcp_hosting_table.c.network_id, func.count().label("servers"))
        .group_by(dhcp_hosting_table.c.network_id)
        .subquery()
    )
    served = select(counted.c.network_id).where(counted.c.servers >= tx.settings.dhcp_agents_per_network)
    with_dhcp = select(subnet_table.c.network_id).where(subnet_table.c.enable_dhcp)
    columns = network_table.c
    for network in networks.find(tx, columns.id.in_(with_dhcp), columns.id.not_in(served)):
        serve(tx, network)


def withdraw(tx: Transaction, network_id: str) -> None:
    """End a network's DHCP servers, with their ports."""
    for hosting in rows.dhcp_hostings(tx, dhcp_hosting_table.c.network_id == network_id):
        _stop(tx, hosting)


def leave(tx: Transaction, agent: Agent) -> None:
    """Take away all networks that an agent serves."""
    for hosting in rows.dhcp_hostings(tx, dhcp_hosting_table.c.agent_id == agent.id):
        _stop(tx, hosting)


def device_id(host: str, network_id: str) -> str:
    """What a DHCP server's port carries as its device: the same on every start, another on every host."""
    return f"dhcp{uuid5(NAMESPACE_DNS, host.split('.', maxsplit=1)[0])}-{network_id}"


def _candidates(tx: Transaction) -> list[Candidate]:
    columns = dhcp_hosting_table.c
    counts = select(columns.agent_id, func.count()).group_by(columns.agent_id)
    loads: dict[str, int] = {row[0]: row[1] for row in tx.execute(counts)}
    return [
        Candidate(agent.id, agent.host, loads.get(agent.id, 0)) for agent in agents.find(tx, filters=_USABLE)
    ]


def _start_all(
    tx: Transaction, network: Network, chosen: Sequence[Candidate], wanted: tuple[WantedIp, ...]
) -> None:
    """Start a server on each of the chosen agents, as far as there are addresses for them."""
    for candidate in chosen:
        try:
            _start(tx, network, candidate, wanted)
        except NoMoreRoom as error:
            _LOGGER.warning("network %s: no DHCP server on %s: %s", network.id, candidate.host, error)


def _start(tx: Transaction, network: Network, candidate: Candidate, wanted: tuple[WantedIp, ...]) -> None:
    draft = NewPort(
        project_id=network.project_id,
        network_id=network.id,
        device_id=device_id(candidate.host, network.id),
        device_owner=DHCP,
        host=candidate.host,
        fixed_ips=wanted,
    )
    port = plug.make(tx, network, draft)
    rows.add_dhcp_hosting(tx, DhcpHosting(network.id, candidate.agent_id, candidate.host, port.id))


def _stop(tx: Transaction, hosting: DhcpHosting) -> None:
    rows.remove_dhcp_hosting(tx, hosting)
    plug.remove(tx, hosting.port_id)


def _readdress(tx: Transaction, hosting: DhcpHosting, wanted: tuple[WantedIp, ...]) -> None:
    """Give a DHCP server's port an address in each of the subnets; those that it has there it keeps."""
    port = ports.get(tx, hosting.port_id)
    if port is None:
        return
    has: dict[str | None, Address] = {each.subnet_id: each.address for each in port.fixed_ips}
    try:
        plug.readdress(tx, port, tuple(WantedIp(each.subnet_id, has.get(each.subnet_id)) for each in wanted))
    except NoMoreRoom as error:
        _LOGGER.warning("network %s: its DHCP server on %s: %s", hosting.network_id, hosting.host, error)
