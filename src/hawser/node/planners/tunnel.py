"""The tunnels of VXLAN networks (RFC 7348): their ends, where these flood to, and what bridges answer in their stead.

Without L2 population all nodes hear what a multicast group is sent. With it, flood entries name the other ends of the
network, and places are learnt from the frames that come: a router's MAC moves with its master, so it is never told.

The ARP responder (an option) spares the other nodes the questions. The servers tell of ports whose addresses stay
where they are, and only to nodes that have no port of the network whose address may move: the kernel does not flood
a gratuitous ARP of its own node through a port that answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hawser.base import names
from hawser.base.addresses import Address
from hawser.base.config import NodeSettings
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.item import ROOT, Item
from hawser.machine.items.link import Member, Vxlan
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent, Segment

RETRY = "100"
"""Milliseconds after which another node is asked again for its MAC, not the usual second: one that comes back after a
cut hears of the master at once, and two masters end."""


def end(segment: Segment, facts: Facts) -> Iterator[Item]:
    """The network's tunnel end point, on its bridge, and where it floods to."""
    settings, vni = facts.settings, segment.segmentation_id
    if vni is None or settings.local_ip is None or facts.tunnel_device is None:
        return
    link = names.vxlan(vni)
    yield Vxlan(
        name=link,
        vni=vni,
        local=settings.local_ip,
        device=facts.tunnel_device,
        group=None if settings.l2_population else group(settings, vni),
        port=settings.udp_dstport,
        mtu=segment.mtu,
        ttl=settings.ttl,
        tos=settings.tos,
    )
    yield Member(link, names.bridge(segment.id), answers=_answers(segment, facts))
    if settings.l2_population:
        yield from (Flood(link, vtep) for vtep in segment.vteps)


def group(settings: NodeSettings, vni: int) -> Address:
    """The network's multicast group: of a range of groups the one that its VNI chooses."""
    return settings.vxlan_group[vni & int(settings.vxlan_group.hostmask)]


def neighbours(intent: NodeIntent, wired: Mapping[str, Segment], facts: Facts) -> Iterator[Item]:
    """What bridges answer for ports of other nodes, and where frames to these go."""
    for told in intent.neighbours:
        segment = wired.get(told.network_id)
        if segment is None or segment.segmentation_id is None or not _answers(segment, facts):
            continue
        yield Place(names.vxlan(segment.segmentation_id), told.mac, told.vtep)
        yield from (Neighbour(names.bridge(segment.id), each, told.mac) for each in told.addresses)


def settings(facts: Facts) -> Iterator[Item]:
    """What the interface of the tunnels needs."""
    link, local_ip = facts.tunnel_device, facts.settings.local_ip
    if facts.settings.enable_vxlan and local_ip is not None and link is not None:
        name = f"net/ipv{local_ip.version}/neigh/{link}/retrans_time_ms"
        yield Sysctl(ROOT, name, RETRY, link, optional=True)


def _answers(segment: Segment, facts: Facts) -> bool:
    return segment.answers and facts.settings.l2_population and facts.settings.arp_responder
