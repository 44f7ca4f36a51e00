"""Which DHCP agents serve a network, and their ports on it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy import bindparam, func, select

from hawser.base.addresses import Address
from hawser.base.errors import Conflict, NoMoreRoom, NotFound
from hawser.server.allocate.agents import Candidate, choose
from hawser.server.model import agent as agents_model
from hawser.server.model.agent import Agent, DhcpHosting
from hawser.server.model.network import Network
from hawser.server.model.port import DHCP, RESERVED_DHCP, NewPort, Port, WantedIp
from hawser.server.service import availabilityzone, plug
from hawser.server.store.session import Transaction
from hawser.server.store.tables import agent as rows
from hawser.server.store.tables import subnet as subnet_rows
from hawser.server.store.tables.agent import dhcp_hosting_table
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.port import port_table, ports
from hawser.server.store.tables.subnet import subnet_table

_LOGGER = logging.getLogger(__name__)
_CANDIDATES = rows.candidates(agents_model.DHCP, dhcp_hosting_table)
_RESERVED = select(port_table.c.id).where(
    port_table.c.network_id == bindparam("network"),
    port_table.c.device_owner == DHCP,
    port_table.c.device_id == RESERVED_DHCP,
)


def serve(tx: Transaction, network: Network) -> None:
    """Bring a network's DHCP servers in line with its subnets.

    A network with a subnet that has DHCP enabled is served by ``dhcp_agents_per_network`` agents of the zones
    that it hints at, or by as many as there are; each has a port with an address in every such subnet. Where
    there is no such subnet, agents that served it keep it, without a port.
    """
    wanted = _wanted(tx, network)
    hostings = rows.dhcp_hostings(tx, dhcp_hosting_table.c.network_id == network.id)
    for hosting in hostings:
        _follow(tx, network, hosting, wanted)
    more = tx.settings.dhcp_agents_per_network - len(hostings)
    if wanted and more > 0:
        serving = {hosting.agent_id for hosting in hostings}
        others = [each for each in _candidates(tx) if each.agent_id not in serving]
        zones = availabilityzone.preferred(tx, network.availability_zone_hints)
        _start_all(tx, network, choose(others, more, zones), wanted)


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


def assign(tx: Transaction, network: Network, agent: Agent) -> None:
    """Have one more agent serve a network, as an operator wants it.

    `NotFound` (InvalidDHCPAgent) where it is no DHCP agent in service, `Conflict` (NetworkHostedByDHCPAgent)
    where it serves the network already.
    """
    if agent.agent_type != agents_model.DHCP or not agent.admin_state_up:
        message = f"Agent {agent.id} is not a valid DHCP Agent or has been disabled."
        raise NotFound("agent", agent.id, message, "InvalidDHCPAgent")
    if _hosting(tx, network, agent) is not None:
        message = f"The network {network.id} has been already hosted by the DHCP Agent {agent.id}."
        raise Conflict(message, "NetworkHostedByDHCPAgent")
    hosting = DhcpHosting(network.id, agent.id, agent.host, None)
    rows.add_dhcp_hostings(tx, (hosting,))
    _follow(tx, network, hosting, _wanted(tx, network))


def unassign(tx: Transaction, network: Network, agent: Agent) -> None:
    """Have an agent no longer serve a network. `Conflict` (NetworkNotHostedByDhcpAgent) where it does not."""
    hosting = _hosting(tx, network, agent)
    if hosting is None:
        message = f"The network {network.id} is not hosted by the DHCP agent {agent.id}."
        raise Conflict(message, "NetworkNotHostedByDhcpAgent")
    _stop(tx, hosting)


def withdraw(tx: Transaction, network_id: str) -> None:
    """End a network's DHCP servers, with their ports and those that were meant for such."""
    for hosting in rows.dhcp_hostings(tx, dhcp_hosting_table.c.network_id == network_id):
        _stop(tx, hosting)
    columns = port_table.c
    for port in ports.find(tx, columns.network_id == network_id, columns.device_owner == DHCP):
        plug.remove(tx, port.id)


def leave(tx: Transaction, agent: Agent) -> None:
    """Take away all networks that an agent serves."""
    for hosting in rows.dhcp_hostings(tx, dhcp_hosting_table.c.agent_id == agent.id):
        _stop(tx, hosting)


def device_id(host: str, network_id: str) -> str:
    """What a DHCP server's port carries as its device: the same on every start, another on every host."""
    return f"dhcp{uuid5(NAMESPACE_DNS, host.split('.', maxsplit=1)[0])}-{network_id}"


def _candidates(tx: Transaction) -> list[Candidate]:
    found = rows.run_candidates(tx, _CANDIDATES)
    return [Candidate(id, host, load, zone=zone) for id, host, zone, _drained, load in found]


def _start_all(
    tx: Transaction, network: Network, chosen: Sequence[Candidate], wanted: tuple[WantedIp, ...]
) -> None:
    """Start a server on each of the chosen agents, as far as there are addresses for them."""
    made = _ports(tx, network, [each.host for each in chosen], wanted)
    hostings = [
        DhcpHosting(network.id, candidate.agent_id, candidate.host, port.id)
        for candidate, port in zip(chosen, made, strict=False)
    ]
    rows.add_dhcp_hostings(tx, hostings)


def _ports(
    tx: Transaction, network: Network, hosts: Sequence[str], wanted: tuple[WantedIp, ...]
) -> list[Port]:
    """Ports for new servers on these hosts, or on as many of them as there are addresses for.

    Those that were reserved come first.
    """
    ids = [row[0] for row in tx.execute(_RESERVED, {"network": network.id})]
    reserved = [port for port in (ports.get(tx, id) for id in ids[: len(hosts)]) if port]
    for host, port in zip(hosts, reserved, strict=False):
        ports.change(tx, port.id, device_id=device_id(host, network.id), host=host, status="DOWN")
        _readdress(tx, port, wanted)
    return [*reserved, *_new_ports(tx, network, hosts[len(reserved) :], wanted)]


def _new_ports(
    tx: Transaction, network: Network, hosts: Sequence[str], wanted: tuple[WantedIp, ...]
) -> list[Port]:
    for number in range(len(hosts), 0, -1):
        try:
            return plug.make_all(tx, network, [_draft(network, host, wanted) for host in hosts[:number]])
        except NoMoreRoom as error:
            _LOGGER.warning("network %s: no DHCP server on %s: %s", network.id, hosts[number - 1], error)
    return []


def _draft(network: Network, host: str, wanted: tuple[WantedIp, ...]) -> NewPort:
    return NewPort(
        project_id=network.project_id,
        network_id=network.id,
        device_id=device_id(host, network.id),
        device_owner=DHCP,
        host=host,
        fixed_ips=wanted,
    )


def _stop(tx: Transaction, hosting: DhcpHosting) -> None:
    rows.remove_dhcp_hosting(tx, hosting)
    if hosting.port_id is not None:
        plug.remove(tx, hosting.port_id)


def _wanted(tx: Transaction, network: Network) -> tuple[WantedIp, ...]:
    """An address in each subnet that has DHCP enabled."""
    return tuple(WantedIp(each.id) for each in subnet_rows.of_network(tx, network) if each.enable_dhcp)


def _hosting(tx: Transaction, network: Network, agent: Agent) -> DhcpHosting | None:
    columns = dhcp_hosting_table.c
    found = rows.dhcp_hostings(tx, columns.network_id == network.id, columns.agent_id == agent.id)
    return found[0] if found else None


def _follow(tx: Transaction, network: Network, hosting: DhcpHosting, wanted: tuple[WantedIp, ...]) -> None:
    """Bring a server's port in line with what is wanted: it gets one, loses it, or other addresses."""
    port = ports.get(tx, hosting.port_id) if hosting.port_id is not None else None
    try:
        if port is None and wanted:
            for made in _ports(tx, network, [hosting.host], wanted):
                rows.set_dhcp_port(tx, hosting, made.id)
        elif port is not None and not wanted:
            rows.set_dhcp_port(tx, hosting, None)
            plug.remove(tx, port.id)
        elif port is not None:
            _readdress(tx, port, wanted)
    except NoMoreRoom as error:
        _LOGGER.warning("network %s: its DHCP server on %s: %s", network.id, hosting.host, error)


def _readdress(tx: Transaction, port: Port, wanted: tuple[WantedIp, ...]) -> None:
    """Give a DHCP server's port an address in each of the subnets; those that it has there it keeps."""
    has: dict[str | None, Address] = {each.subnet_id: each.address for each in port.fixed_ips}
    plug.readdress(tx, port, tuple(WantedIp(each.subnet_id, has.get(each.subnet_id)) for each in wanted))
