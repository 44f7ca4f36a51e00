"""A network's DHCP server as one of its hosts shall have it, and what it reserves for each port."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Network

from hawser.base.addresses import Address
from hawser.server.compile.picture import Picture
from hawser.server.compile.router import port_addresses
from hawser.server.model import dns
from hawser.server.model.agent import DhcpHosting
from hawser.server.model.dhcpoption import CLIENT_ID
from hawser.server.model.port import ROUTER_INTERNAL_OWNERS, Port
from hawser.server.model.subnet import Subnet
from hawser.wire import intent

_ASKING = ("dhcpv6-stateful", "dhcpv6-stateless")
_SHORTEST_IPV6 = 64


def compile_server(
    picture: Picture, hosting: DhcpHosting, routers: Collection[Port]
) -> intent.DhcpServer | None:
    """The network's server on one of its hosts, with the subnets that it has an address in; None for one that
    has no port. ``routers`` are routers' ports in the network."""
    own = _port_of(picture, hosting)
    if own is None:
        return None
    inside = (port for port in routers if port.device_owner in ROUTER_INTERNAL_OWNERS)
    routed = {fixed.address for port in inside for fixed in port.fixed_ips}
    return intent.DhcpServer(
        id=hosting.network_id,
        port_id=own.id,
        mac=own.mac,
        mtu=picture.networks[hosting.network_id].mtu,
        addresses=port_addresses(picture, own),
        subnets=tuple(_subnet(picture.subnets[key], routed) for key in sorted(_served(picture, own))),
    )


def compile_host(picture: Picture, hosting: DhcpHosting, port: Port) -> intent.DhcpHost | None:
    """What the server reserves for a port of its network; None where that is nothing.

    Every host of the network gets the same reservations, so that any of its servers acknowledges the lease
    that another one gave.
    """
    own = _port_of(picture, hosting)
    served = _served(picture, own) if own else ()
    addresses = [
        fixed.address
        for fixed in port.fixed_ips
        if fixed.subnet_id in served and reserves(picture.subnets[fixed.subnet_id])
    ]
    if not addresses:
        return None
    reserved = tuple(
        intent.DhcpAddress(address, dns.hostname(port.dns_name, port.domain, str(address)))
        for address in addresses
    )
    return intent.DhcpHost(
        id=port.id,
        network_id=port.network_id,
        mac=port.mac,
        addresses=reserved,
        options=tuple(
            intent.DhcpOption(each.name, each.value or "", each.ip_version)
            for each in port.dhcp_options
            if each.name != CLIENT_ID
        ),
        client_id=next((each.value or "" for each in port.dhcp_options if each.name == CLIENT_ID), ""),
    )


def reserves(subnet: Subnet | None) -> bool:
    """Whether DHCP servers know ports by their addresses in the subnet: all that a reservation takes from it."""
    return subnet is not None and _serves(subnet) and not subnet.autoconfigured


def _serves(subnet: Subnet) -> bool:
    """Whether hosts of the subnet ask DHCP servers: for addresses or, with a mode of dhcpv6-stateless, for the
    rest. dnsmasq serves no IPv6 prefix shorter than a /64."""
    if isinstance(subnet.cidr, IPv4Network):
        return subnet.enable_dhcp
    asks = subnet.ipv6_address_mode in _ASKING or (subnet.ipv6_ra_mode, subnet.ipv6_address_mode) == (
        None,
        None,
    )
    return subnet.enable_dhcp and asks and subnet.cidr.prefixlen >= _SHORTEST_IPV6


def _port_of(picture: Picture, hosting: DhcpHosting) -> Port | None:
    return picture.ports[hosting.port_id] if hosting.port_id else None


def _served(picture: Picture, own: Port) -> set[str]:
    """The subnets that a server with this port serves."""
    return {fixed.subnet_id for fixed in own.fixed_ips if _serves(picture.subnets[fixed.subnet_id])}


def _subnet(subnet: Subnet, routed: Collection[Address]) -> intent.DhcpSubnet:
    return intent.DhcpSubnet(
        id=subnet.id,
        cidr=subnet.cidr,
        gateway=subnet.gateway_ip,
        dns_servers=subnet.dns_nameservers,
        routes=tuple(intent.Route(destination=r.destination, nexthop=r.nexthop) for r in subnet.host_routes),
        isolated=subnet.gateway_ip not in routed,
    )
