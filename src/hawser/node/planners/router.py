"""The L3 role: a namespace per router with its interfaces, address translation and, if alone, addresses.

A highly available router's addresses and routes belong to keepalived (`router_ha`); everything else is the
same on every node that hosts the router, so that a standby only needs the addresses to take over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hawser.base import names
from hawser.base.config import NodeSettings
from hawser.machine.items.address import Address
from hawser.machine.items.file import File
from hawser.machine.items.item import Item, Key
from hawser.machine.items.link import Veth
from hawser.machine.items.netns import Netns
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import advertise, bridge, feet, metadata, nat, router_ha
from hawser.node.planners.facts import Contact, Facts, Outlook
from hawser.wire.intent import NodeIntent, Router, RouterInterface
from hawser.wire.report import Mastership


@dataclass(frozen=True, slots=True)
class _Situation:
    """All that one router's items depend on beside the router itself: its part of the facts."""

    settings: NodeSettings
    contact: Contact
    wired: bool
    admitted: bool
    part: Mastership | None
    outlook: Outlook | None
    contested: bool
    told: bool

    @staticmethod
    def of(router: Router, facts: Facts, contacts: Mapping[str, Contact]) -> _Situation:
        ha = router.ha
        return _Situation(
            facts.settings,
            contacts[ha.network_id] if ha else Contact.SOUND,
            ha is not None and router_ha.is_wired(ha, facts),
            ha is not None and ha.port_id in facts.admitted,
            facts.masterships.get(router.id),
            facts.outlooks.get(router.id),
            router.id in facts.contested,
            facts.told,
        )

    def facts(self, router: Router) -> Facts:
        """Nothing else is known to the planners of one router."""
        ha = router.ha
        return Facts(
            self.settings,
            links=frozenset(),
            bridged=frozenset({names.tap(ha.port_id)} if ha and self.wired else ()),
            live=frozenset(),
            tunnel_device=None,
            masterships={router.id: self.part} if self.part else {},
            outlooks={router.id: self.outlook} if self.outlook else {},
            told=self.told,
            admitted=frozenset({ha.port_id} if ha and self.admitted else ()),
            contested=frozenset({router.id} if self.contested else ()),
        )


class Routers:
    """The planner of all routers of a node. It remembers what it planned for each: of hundreds few change at a time."""

    def __init__(self) -> None:
        self._planned: dict[str, tuple[Router, _Situation, tuple[Item, ...]]] = {}

    def __call__(self, intent: NodeIntent, facts: Facts) -> Iterator[Item]:
        """All routers of this node that are administratively up."""
        contacts = _contacts(intent, facts)
        before, self._planned = self._planned, {}
        for router in intent.routers:
            if router.admin_state_up:
                situation = _Situation.of(router, facts, contacts)
                known = before.get(router.id)
                if known is None or known[:2] != (router, situation):
                    items = _router(router, situation.facts(router), situation.contact)
                    known = router, situation, tuple(items)
                self._planned[router.id] = known
                yield from known[2]
        if any(router.ha for router in intent.routers):
            yield router_ha.watches()


desire = Routers()


def ranks(intent: NodeIntent, facts: Facts) -> Iterator[File]:
    """Of all that `desire` gives, only the numbers that steer mastership."""
    contacts = _contacts(intent, facts)
    for router in intent.routers:
        if router.admin_state_up and router.ha and router_ha.is_wired(router.ha, facts):
            yield router_ha.rank(router, router.ha, facts, contacts[router.ha.network_id])


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
    quiet = nat.quiet_chain(netns)
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
