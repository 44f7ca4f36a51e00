"""From intent and facts to all that shall stand on this machine, and what of it is ours to judge. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hawser.base import names
from hawser.base.config import NodeSettings
from hawser.machine.items.address import Address
from hawser.machine.items.item import ROOT, Item, Key, link_key
from hawser.machine.items.process import Process
from hawser.machine.items.route import Route
from hawser.node.agent.roles import Role
from hawser.node.planners import router_ha
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership

Items = Mapping[Key, Item]


def desired(intent: NodeIntent, facts: Facts, roles: Iterable[Role]) -> dict[Key, Item]:
    """What the roles want to stand, by key. The bridge role sees the taps that the others are to make."""
    items: dict[Key, Item] = {}
    for role in roles:
        facts = replace(facts, links=facts.links | _links(items))
        items.update((item.key, item) for item in role.planner(intent, facts))
    return items


def _links(items: Items) -> set[str]:
    return {key[2] for item in items.values() for key in item.provides() if key[:2] == ("link", ROOT)}


def taps(intent: NodeIntent) -> frozenset[str]:
    """The taps of all ports of this node."""
    return frozenset(names.tap(port.id) for port in intent.ports)


def ours(actual: Items, intent: NodeIntent, roles: Iterable[Role], settings: NodeSettings) -> dict[Key, Item]:
    """The items that these roles answer for: neither other roles' nor keepalived's."""
    roles = tuple(roles)
    elected = {names.router_namespace(router.id) for router in intent.routers if router.ha}
    return {
        key: item
        for key, item in actual.items()
        if any(role.owns(item, settings) for role in roles) and not _elected(item, elected)
    }


def _elected(item: Item, elected: set[str]) -> bool:
    """Whether keepalived put it there: addresses and routes of a highly available router, but for the one
    address by which it speaks to its peers."""
    if isinstance(item, Route):
        return item.netns in elected
    if isinstance(item, Address) and item.netns in elected:
        return not item.link.startswith("ha-") or str(item.interface).startswith("169.254.0.")
    return False


def masterships(actual: Items, intent: NodeIntent) -> dict[str, Mastership]:
    """Which part this machine plays for each highly available router, as its addresses tell.

    A router whose keepalived does not run has no part: its addresses may be left over from a dead one.
    """
    parts: dict[str, Mastership] = {}
    for router in intent.routers:
        if router.ha is None:
            continue
        netns = names.router_namespace(router.id)
        if not isinstance(actual.get(("process", netns, "keepalived")), Process):
            continue
        link = names.ha_interface(router.ha.port_id)
        primary = Address(netns, link, router_ha.primary_address(router.ha.vrid))
        parts[router.id] = Mastership.ACTIVE if primary.key in actual else Mastership.STANDBY
    return parts


def lost_links(actual: Items, links: frozenset[str]) -> bool:
    """Whether an interface of ours is gone from the machine without our doing."""
    own = (item.key for item in actual.values() if item.key[0] == "link")
    return any(key == link_key(ROOT, key[2]) and key[2] not in links for key in own)
