"""What is true of a router's feet (its interfaces) however the router lives: links, addresses, reach."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface, ip_network

from hawser.base import names
from hawser.base.addresses import Address, Interface, Network, link_local_interface
from hawser.machine.items.item import Key
from hawser.machine.items.sysctl import sysctl_key
from hawser.wire.intent import Router, RouterInterface


def links(router: Router) -> Iterator[tuple[str, RouterInterface]]:
    """Each interface with its name on the machine; the gateway comes last."""
    for interface in router.interfaces:
        yield names.router_interface(interface.port_id), interface
    if router.gateway:
        yield names.gateway_interface(router.gateway.port_id), router.gateway


def speaks_ipv6(netns: str, link: str) -> Key:
    """The setting with which an interface begins to speak IPv6: who puts addresses on it comes after."""
    return sysctl_key(netns, f"net/ipv6/conf/{link}/disable_ipv6", link)


def addresses(interface: RouterInterface) -> tuple[Interface, ...]:
    """The interface's addresses, sorted, and the link-local one that its MAC gives it (RFC 4291)."""
    own = sorted(interface.addresses, key=lambda address: (address.version, int(address.ip)))
    return (*own, link_local_interface(interface.mac))


def floating(router: Router) -> tuple[Interface, ...]:
    """The floating IPs as the gateway interface holds them: host addresses, sorted."""
    held = {f.address for f in router.floating_ips} | {f.address for f in router.port_forwardings}
    return tuple(sorted(ip_interface(address) for address in held))


def routes(router: Router) -> Iterator[tuple[Network, Address | None, str]]:
    """Destination, next hop (None: it is on the link) and interface; what is on a link comes first.

    A destination has one route: the router's own static one before the gateway's, the first of several. Static
    routes whose next hop is on none of the router's subnets wait until it is; what is on one of its own links needs
    none.
    """
    chosen: dict[Network, tuple[Network, Address | None, str]] = {}
    own = {address.network for _, foot in links(router) for address in foot.addresses}
    for route in (*_static(router), *_outward(router)):
        if route[0] not in own:
            chosen.setdefault(route[0], route)
    yield from sorted(chosen.values(), key=lambda route: route[1] is not None)


def _static(router: Router) -> Iterator[tuple[Network, Address, str]]:
    for route in router.routes:
        towards = [link for link, foot in links(router) if _reaches(foot, route.nexthop)]
        if towards:
            yield route.destination, route.nexthop, towards[0]


def _outward(router: Router) -> Iterator[tuple[Network, Address | None, str]]:
    """By the gateway: the default routes, next hops outside of its subnets, and subnets that it is no part of."""
    if router.gateway is None:
        return
    link = names.gateway_interface(router.gateway.port_id)
    for hop in router.next_hops:
        if not _reaches(router.gateway, hop) and not hop.is_link_local:
            yield ip_network(hop), None, link
        yield ip_network("0.0.0.0/0" if hop.version == 4 else "::/0"), hop, link
    inside = [address.network for foot in router.interfaces for address in foot.addresses]
    for network in router.onlink:
        if not any(network.version == own.version and network.overlaps(own) for own in inside):
            yield network, None, link


def _reaches(interface: RouterInterface, hop: Address) -> bool:
    return any(hop in address.network for address in interface.addresses)
