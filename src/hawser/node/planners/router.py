"""The L3 role: a namespace per router with its interfaces, address translation and, if alone, addresses.

A highly available router's addresses and routes belong to keepalived (`router_ha`); everything else is the
same on every node that hosts the router, so that a standby only needs the addresses to take over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hawser.base import names
from hawser.machine.items.address import Address
from hawser.machine.items.file import File
from hawser.machine.items.item import Item, Key
from hawser.machine.items.link import Veth
from hawser.machine.items.netns import Netns
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import advertise, bridge, feet, metadata, nat, router_ha
from hawser.node.planners.facts import Contact, Facts
from hawser.wire.intent import NodeIntent, Router, RouterInterface
from hawser.wire.report import Mastership

_Situation = tuple[Router, Facts, Contact]
"""All that a router's items depend on; the contact is that over its HA network."""


class Routers:
    """The planner of all routers of a node. It remembers what it planned for each: of hundreds few change at a time."""

    def __init__(self) -> None:
        self._planned: dict[str, tuple[_Situation, tuple[Item, ...]]] = {}

    def __call__(self, intent: NodeIntent, facts: Facts) -> Iterator[Item]:
        """All routers of this node that are administratively up."""
        contacts = _contacts(intent, facts)
        before, self._planned = self._planned, {}
        for router in intent.routers:
            if router.admin_state_up:
                contact = contacts[router.ha.network_id] if router.ha else Contact.SOUND
                situation = router, _own(router, facts), contact
                known = before.get(router.id)
                if known is None or known[0] != situation:
                    known = situation, tuple(_router(*situation))
                self._planned[router.id] = known
                yield from known[1]
        if any(router.ha for router in intent.routers):
            yield router_ha.watches()


desire = Routers()


def ranks(intent: NodeIntent, facts: Facts) -> Iterator[File]:
    """Of all that `desire` gives, only the numbers that steer mastership."""
    contacts = _contacts(intent, facts)
    for router in intent.routers:
        if router.admin_state_up and router.ha and router_ha.is_wired(router.ha, facts):
            yield router_ha.rank(router, router.ha, facts, contacts[router.ha.network_id])


def _own(router: Router, facts: Facts) -> Facts:
    """The facts without what does not concern the router: what its planners are told, and all that they may ask for."""
    part, outlook = facts.masterships.get(router.id), facts.outlooks.get(router.id)
    tap, port_id = (names.tap(router.ha.port_id), router.ha.port_id) if router.ha else ("", "")
    return Facts(
        facts.settings,
        links=frozenset(),
        bridged=facts.bridged & {tap},
        live=frozenset(),
        tunnel_device=None,
        masterships={router.id: part} if part else {},
        outlooks={router.id: outlook} if outlook else {},
        told=facts.told,
        admitted=facts.admitted & {port_id},
        contested=facts.contested & {router.id},
        overdue=facts.overdue & {router.id},
    )


def _contacts(intent: NodeIntent, facts: Facts) -> Mapping[str, Contact]:
    """By network id."""
    known = {segment.id: bridge.contact(segment, facts) for segment in intent.segments}
    return defaultdict(lambda: Contact.SOUND, known)


def _router(router: Router, facts: Facts, contact: Contact) -> Iterator[Item]:
    netns = names.router_namespace(router.id)
    yield Netns(netns)
    yield from _namespace_settings(netns)
    yield from nat.chains(router, netns, metadata.redirect(facts.settings))
    yield from metadata.guards(netns, facts.settings)
    yield nat.translations(router, netns, f"{facts.settings.ha_confs_path.parent}/nat/{router.id}")
    quiet = nat.quiet_chain(router, netns)
    yield quiet
    for link, interface in feet.links(router):
        yield from _interface(netns, link, interface, quiet.key)
    if router.ha:
        yield from router_ha.desire(router, router.ha, facts, contact)
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
    # When a subnet's first address goes, the others of the subnet stay.
    yield Sysctl(netns, "net/ipv4/conf/all/promote_secondaries", "1")


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
