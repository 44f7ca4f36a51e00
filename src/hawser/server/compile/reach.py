"""Which records a change may make others, on whatever host. Pure.

It is asked before and after the index takes the change in, for what depended on the old thing and what
depends on the new. It may name too many: a record that is compiled to what it was is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from hawser.server.compile import dhcp, neighbour, router
from hawser.server.compile.index import Index
from hawser.server.compile.picture import Change
from hawser.server.model.agent import L3, LINUX_BRIDGE, Agent
from hawser.server.model.port import ROUTER_INTERNAL_OWNERS, Port
from hawser.server.model.router import RouterHost
from hawser.wire.change import Key


def reach(index: Index, change: Change) -> Iterator[Key]:
    """The keys of the records that hang on the thing that changes."""
    return _REACH[change.noun](index, change)


def neighbours_of(index: Index, network_id: str) -> Iterator[Key]:
    """All ports of a network as neighbours; none where nobody answers for them."""
    if index.anybody_answered:
        yield from (("neighbours", id) for id in index.ports_of_network[network_id])


def _of_network(index: Index, change: Change) -> Iterator[Key]:
    yield "segments", change.key
    yield "dhcp_servers", change.key
    yield from _routers(index, change.key)


def _routers(index: Index, network_id: str) -> Iterator[Key]:
    for port in index.router_ports_of_network[network_id].values():
        yield "routers", port.device_id


def _reservations(index: Index, network_id: str) -> Iterator[Key]:
    for id in index.ports_of_network[network_id]:
        yield "dhcp_hosts", id


def _of_subnet(index: Index, change: Change) -> Iterator[Key]:
    for network_id in {each.network_id for each in (change.old, change.new) if each}:
        yield "dhcp_servers", network_id
        yield from _routers(index, network_id)
        if dhcp.reserves(change.old) != dhcp.reserves(change.new):
            yield from _reservations(index, network_id)


def _of_port(index: Index, change: Change) -> Iterator[Key]:
    yield "ports", change.key
    yield "dhcp_hosts", change.key
    yield "neighbours", change.key
    if _roaming(change.old) != _roaming(change.new):
        yield from _answers_of(index, {port.network_id for port in (change.old, change.new) if port})
    for port in (change.old, change.new):
        if port and router.is_router_port(port):
            yield "routers", port.device_id
            if port.device_owner in ROUTER_INTERNAL_OWNERS:
                yield "dhcp_servers", port.network_id  # which subnets are isolated
        if port and any(
            each.port_id == port.id for each in index.servers_of_network[port.network_id].values()
        ):
            yield "dhcp_servers", port.network_id
            if _subnets(change.old) != _subnets(change.new):
                yield from _reservations(index, port.network_id)


def _roaming(port: Port | None) -> tuple[object, ...] | None:
    """What decides, of a port whose addresses may move, on who answers for whom."""
    if port is None or not neighbour.roams(port):
        return None
    place = port.device_id if router.is_shared_port(port) else port.host
    return port.network_id, place, router.is_shared_port(port), neighbour.claims(port)


def _answers_of(index: Index, networks: Collection[str]) -> Iterator[Key]:
    """Who answers on these networks, and for whom; nothing where nobody ever does."""
    if index.anybody_answered:
        for network_id in networks:
            yield "segments", network_id
            yield from neighbours_of(index, network_id)


def _subnets(port: Port | None) -> set[str]:
    return {fixed.subnet_id for fixed in port.fixed_ips} if port else set()


def _of_router(_index: Index, change: Change) -> Iterator[Key]:
    yield "routers", change.key


def _of_router_hosts(index: Index, change: Change) -> Iterator[Key]:
    yield "routers", change.key
    ports = index.ports_of_router[change.key].values()
    yield from (("ports", port.id) for port in ports)
    if _hosts(change.old) != _hosts(change.new):
        yield from _answers_of(index, {port.network_id for port in ports})


def _hosts(hostings: Collection[RouterHost] | None) -> set[str]:
    return {each.host for each in hostings or ()}


def _of_floating_ip(_index: Index, change: Change) -> Iterator[Key]:
    for floating_ip in (change.old, change.new):
        if floating_ip and floating_ip.router_id:
            yield "routers", floating_ip.router_id


def _of_servers(index: Index, change: Change) -> Iterator[Key]:
    yield "dhcp_servers", change.key
    yield from _reservations(index, change.key)


def _of_agent(index: Index, change: Change) -> Iterator[Key]:
    before, after = _tunnel(change.old), _tunnel(change.new)
    for host, *_ in before ^ after:
        yield "nodes", host
        for network_id in index.networks_of_host[host]:
            yield "segments", network_id
            yield from neighbours_of(index, network_id)
        yield from (("routers", id) for id in index.routers_of_host[host])
    yield from _of_routing(index, change)
    for agent in (change.old, change.new):
        if agent and agent.agent_type == L3 and _drained(change.old) != _drained(change.new):
            yield from (("routers", id) for id in index.routers_of_host[agent.host])


def _of_routing(index: Index, change: Change) -> Iterator[Key]:
    """A host comes to carry routers, or no longer does: it hears of the others, and they of it."""
    if _routes(change.old) != _routes(change.new):
        yield from (("nodes", host) for host in index.tunnel_of_host)


def _routes(agent: Agent | None) -> set[str]:
    return {agent.host} if agent and agent.agent_type == L3 else set()


def _drained(agent: Agent | None) -> bool:
    return agent is not None and agent.drained


def _tunnel(agent: Agent | None) -> set[tuple[str, str, bool]]:
    if agent is None or agent.agent_type != LINUX_BRIDGE:
        return set()
    return {(agent.host, agent.tunnel_address, agent.answers)}


_REACH: Mapping[str, Callable[[Index, Change], Iterator[Key]]] = {
    "networks": _of_network,
    "subnets": _of_subnet,
    "ports": _of_port,
    "routers": _of_router,
    "floating_ips": _of_floating_ip,
    "agents": _of_agent,
    "router_hosts": _of_router_hosts,
    "dhcp_hostings": _of_servers,
}
