"""What one host shall be, out of a picture of the store: the whole `NodeIntent`.

A port is on a host when it is bound there; a router's ports are on every host of the router, since each of
them must be able to take over. A network is wired on a host when one of its ports is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TypeVar

from hawser.base.addresses import Address
from hawser.server.compile import dhcp, router
from hawser.server.compile.picture import Picture
from hawser.server.model.agent import LINUX_BRIDGE
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.port import Port
from hawser.server.model.router import RouterHost
from hawser.wire import intent

Record = TypeVar("Record", intent.Segment, intent.Port, intent.Router, intent.DhcpServer)


class Compiler:
    """One picture, made ready for compiling many hosts: the indices are built once."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.ports_of_device: dict[str, list[Port]] = defaultdict(list)
        self.ports_of_network: dict[str, list[Port]] = defaultdict(list)
        for port in picture.ports.values():
            self.ports_of_device[port.device_id].append(port)
            self.ports_of_network[port.network_id].append(port)
        self.hostings_of_router: dict[str, list[RouterHost]] = defaultdict(list)
        self.routers_of_host: dict[str, list[RouterHost]] = defaultdict(list)
        for hosting in picture.router_hosts.values():
            self.hostings_of_router[hosting.router_id].append(hosting)
            self.routers_of_host[hosting.host].append(hosting)
        self.floating_ips_of_router: dict[str, list[FloatingIp]] = defaultdict(list)
        for floating_ip in picture.floating_ips.values():
            if floating_ip.router_id:
                self.floating_ips_of_router[floating_ip.router_id].append(floating_ip)
        self.ports_of_host: dict[str, list[Port]] = defaultdict(list)
        self.hosts_of_network: dict[str, set[str]] = defaultdict(set)
        for port in picture.ports.values():
            for host in self.hosts_of(port):
                self.ports_of_host[host].append(port)
                self.hosts_of_network[port.network_id].add(host)
        self.tunnel_of_host = {
            agent.host: ip_address(agent.tunnel_address)
            for agent in picture.agents.values()
            if agent.agent_type == LINUX_BRIDGE and agent.tunnel_address
        }

    def hosts_of(self, port: Port) -> Iterable[str]:
        """Where a port stands: all hosts of its router, or the host that it is bound to."""
        if router.is_shared_port(port):
            return tuple(hosting.host for hosting in self.hostings_of_router.get(port.device_id, ()))
        return (port.host,) if port.host else ()

    def compile(self, host: str) -> intent.NodeIntent:
        """The intent of one host."""
        ports = self.ports_of_host.get(host, ())
        networks = {port.network_id for port in ports}
        return intent.NodeIntent(
            host=host,
            revision=self.picture.revision,
            segments=_sorted(self._segment(network_id, host) for network_id in networks),
            ports=_sorted(_port(port) for port in ports),
            routers=_sorted(self._router(hosting) for hosting in self.routers_of_host.get(host, ())),
            dhcp_servers=_sorted(
                dhcp.compile_server(self.picture, self.ports_of_network[hosting.network_id], hosting)
                for hosting in self.picture.dhcp_hostings.values()
                if hosting.host == host
            ),
        )

    def _router(self, hosting: RouterHost) -> intent.Router:
        return router.compile_router(
            self.picture,
            hosting,
            self.hostings_of_router[hosting.router_id],
            self.ports_of_device[hosting.router_id],
            self.floating_ips_of_router[hosting.router_id],
        )

    def _segment(self, network_id: str, host: str) -> intent.Segment:
        network = self.picture.networks[network_id]
        return intent.Segment(
            id=network.id,
            network_type=network.network_type,
            physical_network=network.physical_network,
            segmentation_id=network.segmentation_id,
            mtu=network.mtu,
            vteps=self._vteps(network_id, host),
        )

    def _vteps(self, network_id: str, host: str) -> tuple[Address, ...]:
        others = self.hosts_of_network[network_id] - {host}
        return tuple(sorted((self.tunnel_of_host[o] for o in others if o in self.tunnel_of_host), key=int))


def _port(port: Port) -> intent.Port:
    return intent.Port(
        id=port.id,
        network_id=port.network_id,
        mac=port.mac,
        device_owner=port.device_owner,
        device_id=port.device_id,
        admin_state_up=port.admin_state_up,
    )


def _sorted(records: Iterable[Record]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: record.id))
