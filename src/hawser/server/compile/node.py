"""What hosts shall be, out of a picture of the store: whole, or only what a change may have made another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain

from hawser.base.addresses import Address
from hawser.server.compile import dhcp, neighbour, router
from hawser.server.compile.host import HostIntent
from hawser.server.compile.index import Index
from hawser.server.compile.picture import Change, Picture
from hawser.server.compile.reach import neighbours_of, reach
from hawser.server.model.port import Port
from hawser.wire import intent
from hawser.wire.change import Key, Record
from hawser.wire.intent import NetworkType


class Compiler:
    """One picture, made ready for compiling any record of any host.

    Whatever happens, `take` and then `again` give what a compiler of the new picture gives.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._index = Index()
        self._kinds: Mapping[str, tuple[_Hosts, _Compile]] = {
            "segments": (self._hosts_of_network, self._segment),
            "ports": (self._hosts_of_port, self._port),
            "routers": (self._hosts_of_router, self._router),
            "dhcp_servers": (self._hosts_serving, self._dhcp_server),
            "dhcp_hosts": (self._hosts_serving_port, self._dhcp_host),
            "nodes": (self._hosts_hearing, self._node),
            "neighbours": (self._hosts_answering, self._neighbour),
        }
        for change in picture.contents():
            self._index.put(change)
        self._index.moved.clear()

    def take(self, changes: Iterable[Change]) -> set[Key]:
        """Follow the picture, which is already what it became; the records that may be others now."""
        keys: set[Key] = set()
        for change in changes:
            keys.update(reach(self._index, change))
            self._index.put(change)
            keys.update(reach(self._index, change))
        for network_id in self._index.moved:
            keys.add(("segments", network_id))
            keys.update(neighbours_of(self._index, network_id))
        self._index.moved.clear()
        return keys

    def again(
        self, keys: Iterable[Key], intents: Mapping[str, HostIntent]
    ) -> dict[str, dict[Key, Record | None]]:
        """These records, by host, for the hosts whose intent has them or shall have them."""
        compiled: dict[str, dict[Key, Record | None]] = defaultdict(dict)
        for key in keys:
            kind, id = key
            hosts_of, compile = self._kinds[kind]
            hosts = hosts_of(id)
            for host, held in intents.items():
                if host in hosts:
                    compiled[host][key] = compile(host, id)
                elif key in held.records:
                    compiled[host][key] = None
        return compiled

    def whole(self, host: str) -> dict[Key, Record]:
        """All records of one host."""
        compiled: dict[Key, Record] = {}
        for kind, id in self._keys(host):
            record = self._kinds[kind][1](host, id)
            if record is not None:
                compiled[kind, id] = record
        return compiled

    def _keys(self, host: str) -> Iterator[Key]:
        """The keys of all records that the host may have."""
        index = self._index
        for network_id in index.networks_of_host[host]:
            yield "segments", network_id
            yield from (("ports", id) for id in index.ports_at[network_id, host])
            if index.answers(network_id, host):
                ports = index.ports_of_network[network_id]
                yield from (("neighbours", id) for id in ports if host in self._hosts_answering(id))
        yield from (("routers", id) for id in index.routers_of_host[host])
        for network_id in index.servers_of_host[host]:
            yield "dhcp_servers", network_id
            yield from (("dhcp_hosts", id) for id in index.ports_of_network[network_id])
        if host in index.routing_hosts:
            yield from (("nodes", other) for other in index.tunnel_of_host if other != host)

    def _hosts_of_network(self, id: str) -> Collection[str]:
        return self._index.hosts_of_network[id].keys()

    def _hosts_of_port(self, id: str) -> Collection[str]:
        port = self.picture.ports.get(id)
        return self._index.hosts_of(port) if port else ()

    def _hosts_of_router(self, id: str) -> Collection[str]:
        return self._index.hosts_of_router[id].keys()

    def _hosts_serving(self, id: str) -> Collection[str]:
        return self._index.servers_of_network[id].keys()

    def _hosts_serving_port(self, id: str) -> Collection[str]:
        port = self.picture.ports.get(id)
        return self._hosts_serving(port.network_id) if port else ()

    def _hosts_hearing(self, id: str) -> Collection[str]:
        index = self._index
        return index.routing_hosts - {id} if id in index.tunnel_of_host else ()

    def _hosts_answering(self, id: str) -> Collection[str]:
        index, port = self._index, self.picture.ports.get(id)
        if port is None or port.host not in index.tunnel_of_host or neighbour.roams(port):
            return ()
        wired = index.hosts_of_network[port.network_id].keys() & index.answering_hosts
        return {host for host in wired - {port.host} if index.answers(port.network_id, host)}

    def _segment(self, host: str, id: str) -> intent.Segment:
        network = self.picture.networks[id]
        return intent.Segment(
            id=network.id,
            network_type=network.network_type,
            physical_network=network.physical_network,
            segmentation_id=network.segmentation_id,
            mtu=network.mtu,
            vteps=self._vteps(id, host),
            answers=network.network_type is NetworkType.VXLAN and self._index.answers(id, host),
        )

    def _vteps(self, network_id: str, host: str) -> tuple[Address, ...]:
        tunnels = self._index.tunnel_of_host
        others = self._index.hosts_of_network[network_id].keys() - {host}
        return tuple(sorted((tunnels[other] for other in others if other in tunnels), key=int))

    def _port(self, host: str, id: str) -> intent.Port:
        port: Port = self.picture.ports[id]
        return intent.Port(
            id=port.id,
            network_id=port.network_id,
            mac=port.mac,
            device_owner=port.device_owner,
            device_id=port.device_id,
            admin_state_up=port.admin_state_up,
        )

    def _router(self, host: str, id: str) -> intent.Router:
        hostings = self._index.hosts_of_router[id]
        return router.compile_router(
            self.picture,
            hostings[host],
            hostings.values(),
            self._index.ports_of_router[id].values(),
            self._index.floating_ips_of_router[id].values(),
            tunnels=self._index.tunnel_of_host,
        )

    def _dhcp_server(self, host: str, id: str) -> intent.DhcpServer | None:
        routers = self._index.router_ports_of_network[id].values()
        return dhcp.compile_server(self.picture, self._index.servers_of_network[id][host], routers)

    def _dhcp_host(self, host: str, id: str) -> intent.DhcpHost | None:
        port = self.picture.ports[id]
        return dhcp.compile_host(self.picture, self._index.servers_of_network[port.network_id][host], port)

    def _node(self, _host: str, id: str) -> intent.NodeAddress:
        index = self._index
        return intent.NodeAddress(id, index.tunnel_of_host[id], routes=id in index.routing_hosts)

    def _neighbour(self, _host: str, id: str) -> intent.Neighbour | None:
        port = self.picture.ports[id]
        claimed = chain.from_iterable(self._index.claims_of_network[port.network_id].values())
        return neighbour.compile_neighbour(port, claimed, self._index.tunnel_of_host[port.host])


_Hosts = Callable[[str], Collection[str]]
_Compile = Callable[[str, str], Record | None]
