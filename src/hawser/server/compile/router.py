"""One router as one of its hosts shall have it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv6Network

from hawser.base.addresses import Address, Interface, Network, interface
from hawser.server.compile.picture import Picture
from hawser.server.model import port as owners
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.move import QUEUED
from hawser.server.model.port import Port
from hawser.server.model.portforwarding import PortForwarding, PortRange
from hawser.server.model.router import Router, RouterHost
from hawser.wire import intent
from hawser.wire.report import Mastership

_SHARED_OWNERS = owners.ROUTER_INTERNAL_OWNERS | {owners.ROUTER_GATEWAY}
_OWNERS = _SHARED_OWNERS | {owners.ROUTER_HA}


def is_shared_port(port: Port) -> bool:
    """Whether the port stands on every host of its router, with one MAC and one set of addresses."""
    return port.device_owner in _SHARED_OWNERS


def is_router_port(port: Port) -> bool:
    """Whether the port is a part of the router that its device names."""
    return port.device_owner in _OWNERS


def compile_router(
    picture: Picture,
    hosting: RouterHost,
    hostings: Collection[RouterHost],
    ports: Collection[Port],
    floating_ips: Collection[FloatingIp],
    *,
    tunnels: Mapping[str, Address],
) -> intent.Router:
    """``hostings`` are all of this router's, ``ports`` and ``floating_ips`` all of its own; ``tunnels`` are hosts'
    addresses on the tunnel network."""
    router = picture.routers[hosting.router_id]
    internal = sorted((p for p in ports if p.device_owner in owners.ROUTER_INTERNAL_OWNERS), key=_id)
    gateway = min((p for p in ports if p.device_owner == owners.ROUTER_GATEWAY), key=_id, default=None)
    return intent.Router(
        id=router.id,
        admin_state_up=router.admin_state_up,
        interfaces=tuple(_interface(picture, port, _advertised(picture, port)) for port in internal),
        gateway=_interface(picture, gateway) if gateway else None,
        next_hops=_next_hops(picture, gateway) if gateway else (),
        enable_snat=bool(router.gateway and router.gateway.enable_snat),
        floating_ips=tuple(
            intent.FloatingIp(id=f.id, address=f.address, fixed_address=f.fixed_address)
            for f in sorted(floating_ips, key=_id)
            if f.fixed_address is not None
        ),
        routes=tuple(intent.Route(destination=r.destination, nexthop=r.nexthop) for r in router.routes),
        ha=_high_availability(picture, router, hosting, hostings, tunnels) if router.ha else None,
        port_forwardings=tuple(
            _forwarding(f, each)
            for f in sorted(floating_ips, key=_id)
            for each in sorted(f.port_forwardings, key=_id)
        ),
        onlink=_others(picture, gateway) if gateway else (),
    )


def _forwarding(floating_ip: FloatingIp, forwarding: PortForwarding) -> intent.PortForwarding:
    return intent.PortForwarding(
        id=forwarding.id,
        address=floating_ip.address,
        protocol=forwarding.protocol,
        external=_ports(forwarding.external),
        internal_address=forwarding.internal_address,
        internal=_ports(forwarding.internal),
    )


def _ports(ports: PortRange | None) -> intent.PortRange | None:
    return intent.PortRange(ports.first, ports.last) if ports else None


def _id(noun: Port | FloatingIp | PortForwarding) -> str:
    return noun.id


def _interface(
    picture: Picture, port: Port, advertise: tuple[intent.Advertisement, ...] = ()
) -> intent.RouterInterface:
    return intent.RouterInterface(
        port_id=port.id,
        network_id=port.network_id,
        mac=port.mac,
        mtu=picture.networks[port.network_id].mtu,
        addresses=port_addresses(picture, port),
        advertise=advertise,
    )


def port_addresses(picture: Picture, port: Port) -> tuple[Interface, ...]:
    """The port's addresses, each with the prefix length of its subnet."""
    return tuple(interface(fixed.address, picture.subnets[fixed.subnet_id].cidr) for fixed in port.fixed_ips)


def _advertised(picture: Picture, port: Port) -> tuple[intent.Advertisement, ...]:
    subnets = (picture.subnets[fixed.subnet_id] for fixed in port.fixed_ips)
    return tuple(
        intent.Advertisement(subnet.cidr, subnet.dns_nameservers, subnet.ipv6_ra_mode)
        for subnet in subnets
        if isinstance(subnet.cidr, IPv6Network) and subnet.ipv6_ra_mode is not None
    )


def _next_hops(picture: Picture, gateway: Port) -> tuple[Address, ...]:
    subnets = (picture.subnets[fixed.subnet_id] for fixed in gateway.fixed_ips)
    return tuple(subnet.gateway_ip for subnet in subnets if subnet.gateway_ip is not None)


def _others(picture: Picture, gateway: Port) -> tuple[Network, ...]:
    """The external network's subnets that the gateway has no address of."""
    has = {fixed.subnet_id for fixed in gateway.fixed_ips}
    subnet_ids = picture.networks[gateway.network_id].subnet_ids
    return tuple(picture.subnets[id].cidr for id in sorted(subnet_ids) if id not in has)


def _high_availability(
    picture: Picture,
    router: Router,
    hosting: RouterHost,
    hostings: Collection[RouterHost],
    tunnels: Mapping[str, Address],
) -> intent.HighAvailability | None:
    if hosting.ha_port_id is None or router.vrid is None:
        return None
    port = picture.ports[hosting.ha_port_id]
    others = tuple(_others_at(picture, hosting, hostings, tunnels))
    return intent.HighAvailability(
        vrid=router.vrid,
        port_id=port.id,
        network_id=port.network_id,
        mac=port.mac,
        mtu=picture.networks[port.network_id].mtu,
        address=port_addresses(picture, port)[0],
        peers=tuple(sorted((peer.address for peer in others), key=int)),
        rank=hosting.rank,
        wanted=hosting.wanted_at not in (None, QUEUED),
        drained=_is_drained(picture, hosting, hostings),
        first=_is_first(hosting, hostings),
        joins=_joins(hosting, hostings),
        others=others,
    )


def _others_at(
    picture: Picture, hosting: RouterHost, hostings: Collection[RouterHost], tunnels: Mapping[str, Address]
) -> Iterator[intent.Peer]:
    """The router's other hosts that have a port on its HA network."""
    for each in sorted(hostings, key=lambda hosting: (hosting.rank, hosting.host)):
        if each.ha_port_id and each.host != hosting.host:
            port = picture.ports[each.ha_port_id]
            drained = _is_drained(picture, each, hostings)
            yield intent.Peer(port.fixed_ips[0].address, tunnels.get(each.host), each.rank, drained, port.mac)


def _is_drained(picture: Picture, hosting: RouterHost, hostings: Collection[RouterHost]) -> bool:
    """Who is drained stays above the others until the one that shall follow has: else several would try."""
    agent = picture.agents.get(hosting.agent_id)
    return agent is not None and agent.drained and not any(each.wanted_at for each in hostings)


def _is_first(hosting: RouterHost, hostings: Collection[RouterHost]) -> bool:
    """Whether the router is new and this host is to begin: it never told of a part, and nobody is master."""
    new = hosting.rank == 0 and hosting.mastership_at is None
    return new and not any(each.mastership == Mastership.ACTIVE for each in hostings)


def _joins(hosting: RouterHost, hostings: Collection[RouterHost]) -> bool:
    """Whether this host plays no part yet, and another does: it may not be known there by now."""
    if hosting.mastership is not Mastership.UNKNOWN or _is_first(hosting, hostings):
        return False
    return any(each.mastership is not Mastership.UNKNOWN for each in hostings)
