"""Where the things of a picture stand, kept up to date change by change. Pure.

A port is on a host when it is bound there; a router's ports are on every host of the router, since each of
them must be able to take over. A network is wired on a host when one of its ports is there.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

from hawser.base.addresses import Address, Network
from hawser.server.compile import neighbour, router
from hawser.server.compile.groups import Groups
from hawser.server.compile.picture import Change
from hawser.server.model.agent import L3, LINUX_BRIDGE, Agent, DhcpHosting
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.port import Port
from hawser.server.model.router import RouterHost


class Index:
    """All that `put` was told of. Between the changes of one catch-up it is of a time that never was: only
    what a record depends on may be asked then (see `reach`)."""

    def __init__(self) -> None:
        self.ports_of_network: Groups[Port] = Groups()
        self.router_ports_of_network: Groups[Port] = Groups()
        self.ports_of_router: Groups[Port] = Groups()
        self.floating_ips_of_router: Groups[FloatingIp] = Groups()
        self.routers_of_host: Groups[RouterHost] = Groups()
        self.hosts_of_router: Groups[RouterHost] = Groups()
        self.servers_of_host: Groups[DhcpHosting] = Groups()
        self.servers_of_network: Groups[DhcpHosting] = Groups()
        self.tunnel_of_host: dict[str, Address] = {}
        self.routing_hosts: set[str] = set()
        """Those with an L3 agent."""
        self.networks_of_host: Groups[None] = Groups()
        self.hosts_of_network: Groups[None] = Groups()
        self.ports_at: Groups[None] = Groups()
        """By (network id, host)."""
        self.roaming_at: Groups[None] = Groups()
        """Those of them whose addresses may move."""
        self.claims_of_network: Groups[tuple[Network, ...]] = Groups()
        """What ports may come to hold beside their own addresses, by network."""
        self.answering_hosts: set[str] = set()
        """Those that answer for the neighbours of their networks, as far as that is safe."""
        self.anybody_answered = False
        """Whether there ever was one: else nothing needs to be known of neighbours."""
        self.moved: set[str] = set()
        """Networks that came to a host or left one since this was last emptied."""

    def hosts_of(self, port: Port) -> Collection[str]:
        """Where a port stands: all hosts of its router, or the host that it is bound to."""
        if router.is_shared_port(port):
            return self.hosts_of_router[port.device_id].keys()
        return (port.host,) if port.host else ()

    def answers(self, network_id: str, host: str) -> bool:
        """Whether the host may answer for the network's neighbours, and does."""
        return host in self.answering_hosts and (network_id, host) not in self.roaming_at

    def put(self, change: Change) -> None:
        """Take in that a thing is another now."""
        match change.noun:
            case "ports":
                self._put_port(change.key, change.old, change.new)
            case "floating_ips":
                self._put_floating_ip(change.key, change.old, change.new)
            case "agents":
                self._put_agent(change.old, change.new)
            case "router_hosts":
                self._put_router_hosts(change.key, change.old or (), change.new or ())
            case "dhcp_hostings":
                self._put_servers(change.key, change.old or (), change.new or ())

    def _put_port(self, id: str, old: Port | None, new: Port | None) -> None:
        # In before out: a host that the network stays on is not left in between.
        before, after = self._places(old), self._places(new)
        for place in after - before:
            self._enter(*place, id)
        for place in before - after:
            self._leave(*place, id)
        self._put_roaming(id, old, new)
        if old:
            self.ports_of_network.drop(old.network_id, id)
            if router.is_router_port(old):
                self.ports_of_router.drop(old.device_id, id)
                self.router_ports_of_network.drop(old.network_id, id)
        if new:
            self.ports_of_network.put(new.network_id, id, new)
            if router.is_router_port(new):
                self.ports_of_router.put(new.device_id, id, new)
                self.router_ports_of_network.put(new.network_id, id, new)

    def _put_roaming(self, id: str, old: Port | None, new: Port | None) -> None:
        if old and neighbour.roams(old):
            for place in self._places(old):
                self.roaming_at.drop(place, id)
            self.claims_of_network.drop(old.network_id, id)
        if new and neighbour.roams(new):
            for place in self._places(new):
                self.roaming_at.put(place, id, None)
            self.claims_of_network.put(new.network_id, id, neighbour.claims(new))

    def _places(self, port: Port | None) -> set[tuple[str, str]]:
        return {(port.network_id, host) for host in self.hosts_of(port)} if port else set()

    def _put_floating_ip(self, id: str, old: FloatingIp | None, new: FloatingIp | None) -> None:
        if old and old.router_id:
            self.floating_ips_of_router.drop(old.router_id, id)
        if new and new.router_id:
            self.floating_ips_of_router.put(new.router_id, id, new)

    def _put_agent(self, old: Agent | None, new: Agent | None) -> None:
        if old and old.agent_type == LINUX_BRIDGE:
            self.tunnel_of_host.pop(old.host, None)
            self.answering_hosts.discard(old.host)
        if new and new.agent_type == LINUX_BRIDGE and new.tunnel_address:
            self.tunnel_of_host[new.host] = ip_address(new.tunnel_address)
        if new and new.answers:
            self.answering_hosts.add(new.host)
            self.anybody_answered = True
        if old and old.agent_type == L3:
            self.routing_hosts.discard(old.host)
        if new and new.agent_type == L3:
            self.routing_hosts.add(new.host)

    def _put_router_hosts(self, id: str, old: Collection[RouterHost], new: Collection[RouterHost]) -> None:
        for gone in old:
            self.routers_of_host.drop(gone.host, id)
            self.hosts_of_router.drop(id, gone.host)
        for come in new:
            self.routers_of_host.put(come.host, id, come)
            self.hosts_of_router.put(id, come.host, come)
        before, after = {each.host for each in old}, {each.host for each in new}
        for port in filter(router.is_shared_port, self.ports_of_router[id].values()):
            for host in after - before:
                self._enter(port.network_id, host, port.id)
                self.roaming_at.put((port.network_id, host), port.id, None)
            for host in before - after:
                self._leave(port.network_id, host, port.id)
                self.roaming_at.drop((port.network_id, host), port.id)

    def _put_servers(self, id: str, old: Collection[DhcpHosting], new: Collection[DhcpHosting]) -> None:
        for gone in old:
            self.servers_of_host.drop(gone.host, id)
            self.servers_of_network.drop(id, gone.host)
        for come in new:
            self.servers_of_host.put(come.host, id, come)
            self.servers_of_network.put(id, come.host, come)

    def _enter(self, network_id: str, host: str, port_id: str) -> None:
        if (network_id, host) not in self.ports_at:
            self.networks_of_host.put(host, network_id, None)
            self.hosts_of_network.put(network_id, host, None)
            self.moved.add(network_id)
        self.ports_at.put((network_id, host), port_id, None)

    def _leave(self, network_id: str, host: str, port_id: str) -> None:
        self.ports_at.drop((network_id, host), port_id)
        if (network_id, host) not in self.ports_at:
            self.networks_of_host.drop(host, network_id)
            self.hosts_of_network.drop(network_id, host)
            self.moved.add(network_id)
