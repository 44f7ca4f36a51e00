"""The L3 role: a namespace per router with its interfaces, address translation and, if alone, addresses.

A highly available router's addresses and routes belong to keepalived (`router_ha`); everything else is the
same on every node that hosts the router, so that a standby only needs the addresses to take over.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawser.base import names
from hawser.machine.items.address import Address
from hawser.machine.items.item import Item, Key
from hawser.machine.items.link import Veth
from hawser.machine.items.netns import Netns
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import advertise, bridge, feet, nat, router_ha
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent, Router, RouterInterface
from hawser.wire.report import Mastership


def desire(intent: NodeIntent, facts: Facts) -> Iterator[Item]:
    """All routers of this node that are administratively up."""
    cut_off = {segment.id for segment in intent.segments if bridge.is_cut_off(segment, facts)}
    for router in intent.routers:
        if router.admin_state_up:
            isolated = router.ha is not None and router.ha.network_id in cut_off
            yield from _router(router, facts, isolated)


def _router(router: Router, facts: Facts, isolated: bool) -> Iterator[Item]:
    netns = names.router_namespace(router.id)
    yield Netns(netns)
    yield from _namespace_settings(netns)
    yield from nat.chains(router, netns)
    quiet = nat.quiet_chain(netns)
    yield quiet
    for link, interface in feet.links(router):
        yield from _interface(netns, link, interface, quiet.key)
    if router.ha:
        yield from router_ha.desire(router, router.ha, facts, isolated)
    else:
        yield from _own_addresses(router, netns)
    if router.ha is None or facts.masterships.get(router.id) is Mastership.ACTIVE:
        yield from advertise.desire(router, facts)


def _namespace_settings(netns: str) -> Iterator[Item]:
    yield Sysctl(netns, "net/ipv4/ip_forward", "1")
    yield Sysctl(netns, "net/ipv6/conf/all/forwarding", "1")
    yield Sysctl(netns, "net/ipv4/ip_nonlocal_bind", "1")
    # A host with several feet answers for an address on the foot that holds it only.
    yield Sysctl(netns, "net/ipv4/conf/all/arp_ignore", "1")
    yield Sysctl(netns, "net/ipv4/conf/all/arp_announce", "2")


def _interface(netns: str, link: str, interface: RouterInterface, quiet: Key) -> Iterator[Item]:
    yield Veth(names.tap(interface.port_id), netns, link, interface.mac, interface.mtu)
    # No address of the kernel's own making: the router's master alone holds them. IPv6 is enabled last,
    # and only behind the chain that keeps a standby silent.
    for name, value in (("addr_gen_mode", "1"), ("accept_ra", "0"), ("accept_dad", "0")):
        yield Sysctl(netns, f"net/ipv6/conf/{link}/{name}", value, link)
    yield Sysctl(netns, f"net/ipv6/conf/{link}/disable_ipv6", "0", link, after=(quiet,))


def _own_addresses(router: Router, netns: str) -> Iterator[Item]:
    for link, interface in feet.links(router):
        yield from (Address(netns, link, address) for address in feet.addresses(interface))
    if router.gateway:
        link = names.gateway_interface(router.gateway.port_id)
        yield from (Address(netns, link, address) for address in feet.floating(router))
    for destination, hop, link in feet.routes(router):
        yield Route(netns, destination, hop, link)
