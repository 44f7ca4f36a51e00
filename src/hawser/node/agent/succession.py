"""Who follows on a node that is gone. Pure: a node is next for a router by ranks alone, as all know them.

And when a successor is sure of its part: its peers live, and none of them holds the router's primary address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hawser.base import names
from hawser.base.addresses import Address
from hawser.machine.drivers.voice import Farewell, Holder
from hawser.machine.drivers.vrrp import LEAVES
from hawser.node.agent import forged
from hawser.node.planners import bridge, router_ha
from hawser.node.planners.facts import Contact, Facts
from hawser.wire.intent import HighAvailability, NetworkType, NodeIntent, Router
from hawser.wire.report import Mastership


@dataclass(frozen=True, slots=True)
class Place:
    """A router's election, as this node takes part in it; ``network`` is the bridge of its HA network."""

    router_id: str
    ha: HighAvailability
    network: str

    @property
    def primary(self) -> Address:
        """Whoever holds it is master."""
        return router_ha.primary_address(self.ha.vrid).ip

    @property
    def tap(self) -> str:
        """The end of the router's foot that is on the bridge."""
        return names.tap(self.ha.port_id)

    def has_master(self, holders: Collection[Holder]) -> bool:
        """Whether somebody else is master, as was answered."""
        found = (each for each in holders if each.bridge == self.network and each.address == self.primary)
        return any(each.mac != self.ha.mac for each in found)

    def is_sure(self, holders: Collection[Holder]) -> bool:
        """Whether all peers are there, and none is master."""
        there = {each.address for each in holders if each.bridge == self.network}
        return there.issuperset(self.ha.peers) and not self.has_master(holders)


def inherited(
    intent: NodeIntent, facts: Facts, silent: Collection[Address], gone: Collection[Address]
) -> Iterator[Place]:
    """The elections in which this node is next if one of ``gone`` was master; ``silent`` are all that do not answer.

    Only where it stands by in earnest, and where the tunnels are what heartbeats go by.
    """
    segments = {segment.id: segment for segment in intent.segments}
    for place in _places(intent, facts):
        segment = segments[place.ha.network_id]
        if (
            segment.network_type is not NetworkType.VXLAN
            or bridge.contact(segment, facts) is not Contact.SOUND
        ):
            continue
        if any(peer.node in gone for peer in place.ha.others) and _is_next(place, facts, silent):
            yield place


def mastered(intent: NodeIntent, facts: Facts, router_ids: Collection[str]) -> Iterator[Place]:
    """The elections of these routers."""
    return (place for place in _places(intent, facts) if place.router_id in router_ids)


def farewell(place: Place, facts: Facts, gone: Collection[Address]) -> Farewell | None:
    """What the master would have said if it could. None where nobody could say it instead: it would have to be
    authentic."""
    peer = next(peer for peer in place.ha.others if peer.node in gone)
    heartbeat = forged.heartbeat(place.ha, facts.settings, LEAVES)
    if heartbeat is None:
        return None
    return Farewell(peer.address, place.ha.address.ip, place.ha.mac, heartbeat)


def _places(intent: NodeIntent, facts: Facts) -> Iterator[Place]:
    bridges = {segment.id: bridge.bridge_of(segment, facts) for segment in intent.segments}
    for router in intent.routers:
        if router.ha and _takes_part(router, router.ha, facts) and router.ha.network_id in bridges:
            yield Place(router.id, router.ha, bridges[router.ha.network_id])


def _takes_part(router: Router, ha: HighAvailability, facts: Facts) -> bool:
    return router.admin_state_up and router_ha.is_wired(ha, facts) and not router_ha.stands_aside(ha, facts)


def _is_next(place: Place, facts: Facts, silent: Collection[Address]) -> bool:
    """Whether this node is the first of those that are left, and would not rather leave it to another."""
    ha = place.ha
    if facts.masterships.get(place.router_id) is not Mastership.STANDBY:
        return False
    if ha.drained or facts.outlooks.get(place.router_id):
        return False
    return all(peer.rank > ha.rank for peer in ha.others if peer.node not in silent and not peer.drained)
