"""From intent and facts to all that shall stand on this machine, and what of it is ours to judge. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import groupby

from hawser.base import names
from hawser.base.addresses import Address
from hawser.base.config import NodeSettings
from hawser.machine.items.item import ROOT, Item, Key, link_key
from hawser.machine.items.link import Member
from hawser.machine.items.process import Process, process_key
from hawser.machine.plan import Op, Plan, Verb, plan
from hawser.node.agent.roles import Role
from hawser.node.planners import bridge, conntrack, router, router_ha
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership

Items = Mapping[Key, Item]


def desired(intent: NodeIntent, facts: Facts, roles: Iterable[Role]) -> dict[Key, Item]:
    """What the roles want to stand, by key. The bridge role sees the taps that the others are to make."""
    items: dict[Key, Item] = {}
    for role in roles:
        made = {item.key: item for item in role.planner(intent, facts)}
        facts = replace(facts, links=facts.links | _links(made))
        items.update(made)
    return items


def steps(intent: NodeIntent, facts: Facts, roles: Iterable[Role], actual: Items) -> Plan:
    """From what stands to what these roles want."""
    roles = tuple(roles)
    return plan(desired(intent, facts, roles), ours(actual, roles, facts.settings))


def leaning(intent: NodeIntent, facts: Facts, actual: Items | None) -> Plan:
    """Of all that is to be done only what leans on elections; where it is not known what stands, all of it."""
    wanted = {file.key: file for file in router.ranks(intent, facts)}
    return plan(wanted, {key: item for key, item in (actual or {}).items() if key in wanted})


def started(done: Iterable[Op]) -> set[Key]:
    """The daemons that were begun by these steps."""
    return {op.item.key for op in done if op.verb is Verb.CREATE and isinstance(op.item, Process)}


def copied_anew(intent: NodeIntent, started: Collection[Key]) -> list[str]:
    """The routers, by id, whose conntrackd is among these daemons."""
    netns = names.router_namespace
    return [each.id for each in intent.routers if process_key(netns(each.id), conntrack.PROCESS) in started]


def doomed(steps: Plan) -> set[Key]:
    """The daemons that are to be ended by these steps."""
    ops = (step.op for step in steps.steps)
    return {op.item.key for op in ops if op.verb is Verb.DELETE and isinstance(op.item, Process)}


def members(done: Iterable[Op]) -> frozenset[str]:
    """The links that were put on a bridge by these steps."""
    put = (op.item for op in done if op.verb is not Verb.DELETE and isinstance(op.item, Member))
    return frozenset(item.link for item in put)


def follow(actual: dict[Key, Item], done: Iterable[Op]) -> None:
    """Make of what stood what stands now, after these steps in their order: what is made after a deletion stands, what
    was made before one may have gone with it."""
    for deleted, ops in groupby(done, lambda op: op.verb is Verb.DELETE):
        if deleted:
            for key in _fallen(actual, [op.item for op in ops]):
                actual.pop(key, None)
        else:
            actual.update((op.item.key, op.item) for op in ops)


def _fallen(actual: Items, deleted: Iterable[Item]) -> set[Key]:
    """What is gone once these are: they, and what falls with them (a namespace takes with it what is inside)."""
    deleted = tuple(deleted)
    gone, lost = {item.key for item in deleted}, {key for item in deleted for key in item.provides()}
    while lost:
        falls = [item for key, item in actual.items() if key not in gone and item.falls_with() & lost]
        gone |= {item.key for item in falls}
        lost = {key for item in falls for key in item.provides()}
    return gone


def _links(items: Items) -> set[str]:
    return {key[2] for item in items.values() for key in item.provides() if key[:2] == ("link", ROOT)}


def wireable(intent: NodeIntent, facts: Facts) -> frozenset[str]:
    """The taps of this node's ports, but of those whose network it cannot wire."""
    lost = {segment.id for segment in intent.segments if bridge.obstacle(segment, facts)}
    return frozenset(names.tap(port.id) for port in intent.ports if port.network_id not in lost)


def ours(actual: Items, roles: Iterable[Role], settings: NodeSettings) -> dict[Key, Item]:
    """The items that these roles answer for, without other roles' on the same machine."""
    roles = tuple(roles)
    return {key: item for key, item in actual.items() if any(role.owns(item, settings) for role in roles)}


def elected(intent: NodeIntent) -> tuple[str, ...]:
    """The namespaces of the highly available routers, whose addresses keepalived holds."""
    return tuple(names.router_namespace(each.id) for each in intent.routers if each.ha)


def left(before: NodeIntent | None, now: NodeIntent) -> set[str]:
    """The routers, by id, that this machine no longer hosts by the HA port by which it did.

    What part it played for them is over, also where they come again.
    """
    return {router_id for router_id, _ in _places(before) - _places(now)} if before else set()


def _places(intent: NodeIntent) -> set[tuple[str, str]]:
    return {(router.id, router.ha.port_id) for router in intent.routers if router.ha}


def taking_part(intent: NodeIntent, facts: Facts) -> frozenset[str]:
    """The HA ports, by id, of the routers whose keepalived shall run: once it does, its node is no newcomer."""
    return frozenset(
        router.ha.port_id
        for router in intent.routers
        if router.ha and router.admin_state_up
        if router_ha.is_wired(router.ha, facts) and not router_ha.stands_aside(router.ha, facts)
    )


def running(actual: Items, intent: NodeIntent) -> frozenset[str]:
    """The HA ports, by id, of the routers whose keepalived runs."""
    return frozenset(
        router.ha.port_id
        for router in intent.routers
        if router.ha and process_key(names.router_namespace(router.id), router_ha.PROCESS) in actual
    )


def masterships(
    actual: Items, held: Mapping[str, frozenset[Address]], intent: NodeIntent
) -> dict[str, Mastership]:
    """Which part this machine plays for each highly available router, as its addresses tell.

    ``held`` are the addresses in each router's namespace, whoever put them there. A router whose keepalived
    does not run has no part: its addresses may be left over from a dead one.
    """
    parts: dict[str, Mastership] = {}
    for each in intent.routers:
        netns = names.router_namespace(each.id)
        if each.ha and process_key(netns, router_ha.PROCESS) in actual:
            primary = router_ha.primary_address(each.ha.vrid).ip
            master = primary in held.get(netns, ())
            parts[each.id] = Mastership.ACTIVE if master else Mastership.STANDBY
    return parts


def lost_links(actual: Items, links: frozenset[str]) -> bool:
    """Whether an interface of ours is gone from the machine without our doing."""
    own = (item.key for item in actual.values() if item.key[0] == "link")
    return any(key == link_key(ROOT, key[2]) and key[2] not in links for key in own)
