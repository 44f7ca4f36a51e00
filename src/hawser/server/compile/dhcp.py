"""A network's DHCP server as one of its hosts shall have it."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from hawser.base.addresses import Address
from hawser.server.compile.picture import Picture
from hawser.server.compile.router import port_addresses
from hawser.server.model.agent import DhcpHosting
from hawser.server.model.port import Port
from hawser.server.model.subnet import Subnet
from hawser.wire import intent


def compile_server(picture: Picture, ports: Iterable[Port], hosting: DhcpHosting) -> intent.DhcpServer:
    """``ports`` are all of the network's. Every host of the network gets the same reservations, so that any
    of its servers acknowledges the lease that another one gave."""
    own = picture.ports[hosting.port_id]
    used = {fixed.subnet_id for fixed in own.fixed_ips}
    served = sorted(
        (picture.subnets[key] for key in used if _serves_ipv4(picture.subnets[key])), key=lambda s: s.id
    )
    return intent.DhcpServer(
        id=hosting.network_id,
        port_id=own.id,
        mac=own.mac,
        mtu=picture.networks[hosting.network_id].mtu,
        addresses=port_addresses(picture, own),
        subnets=tuple(_subnet(subnet) for subnet in served),
        hosts=tuple(_hosts(ports, {subnet.id for subnet in served})),
    )


def _serves_ipv4(subnet: Subnet) -> bool:
    return subnet.enable_dhcp and isinstance(subnet.cidr, IPv4Network)


def _subnet(subnet: Subnet) -> intent.DhcpSubnet:
    return intent.DhcpSubnet(
        id=subnet.id,
        cidr=subnet.cidr,
        gateway=subnet.gateway_ip,
        dns_servers=subnet.dns_nameservers,
        routes=tuple(intent.Route(destination=r.destination, nexthop=r.nexthop) for r in subnet.host_routes),
    )


def _hosts(ports: Iterable[Port], served: set[str]) -> Iterable[intent.DhcpHost]:
    for port in sorted(ports, key=lambda p: p.id):
        for fixed in port.fixed_ips:
            if fixed.subnet_id in served:
                yield intent.DhcpHost(
                    port_id=port.id,
                    mac=port.mac,
                    address=fixed.address,
                    hostname=_hostname(fixed.address),
                )


def _hostname(address: Address) -> str:
    return "host-" + str(address).replace(".", "-").replace(":", "-")
