"""The Linux bridge role: every network with a port here has a bridge, with its ports and its way out.

The way out is a VXLAN end point, a VLAN interface or a physical interface. Ports' taps are made by others
(the L3 and DHCP roles, the compute service): they join their bridge as soon as they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from hawser.base import names
from hawser.machine.items.fdb import Flood
from hawser.machine.items.item import Item
from hawser.machine.items.link import Bridge, Member, Vlan, Vxlan
from hawser.node.planners.facts import Contact, Facts
from hawser.wire.intent import NetworkType, NodeIntent, Segment


def desire(intent: NodeIntent, facts: Facts) -> Iterator[Item]:
    """Bridges, their ways out, and their members."""
    wired = {segment.id: segment for segment in intent.segments if obstacle(segment, facts) is None}
    for segment in wired.values():
        yield from _way_out(segment, facts)
    for port in intent.ports:
        tap = names.tap(port.id)
        if port.admin_state_up and port.network_id in wired and tap in facts.links:
            yield Member(tap, bridge_of(wired[port.network_id], facts))


def obstacle(segment: Segment, facts: Facts) -> str | None:
    """Why this node cannot wire the network, in the operator's words; None when it can."""
    if segment.network_type is NetworkType.VXLAN:
        if not facts.settings.enable_vxlan:
            return "enable_vxlan is off on this node"
        if facts.tunnel_device is None:
            return f"no interface has local_ip {facts.settings.local_ip}"
    elif segment.network_type is not NetworkType.LOCAL:
        physical = segment.physical_network or ""
        if physical in facts.settings.physical_bridges:
            return None
        if physical not in facts.settings.physical_interfaces:
            return f"physical network {physical} is not in this node's mappings"
        if facts.settings.physical_interfaces[physical] not in facts.links:
            return f"interface {facts.settings.physical_interfaces[physical]} of {physical} is missing"
    return None


def contact(segment: Segment, facts: Facts) -> Contact:
    """Whether others are reached over the network's way out of this node: none where it is missing or has no carrier.

    Of a way out that the configuration does not name nothing is known, so it does not count as cut.
    """
    settings, physical = facts.settings, segment.physical_network or ""
    if segment.network_type is NetworkType.VXLAN:
        cut = settings.local_ip is not None and facts.tunnel_device not in facts.live
        return Contact.LOST if cut else facts.contact
    device = settings.physical_interfaces.get(physical) or settings.physical_bridges.get(physical)
    return Contact.LOST if device is not None and device not in facts.live else Contact.SOUND


def bridge_of(segment: Segment, facts: Facts) -> str:
    """The network's bridge: its own, or the operator's where a flat network is mapped to one."""
    mapped = facts.settings.physical_bridges.get(segment.physical_network or "")
    if segment.network_type is NetworkType.FLAT and mapped:
        return mapped
    return names.bridge(segment.id)


def _way_out(segment: Segment, facts: Facts) -> Iterable[Item]:
    bridge = bridge_of(segment, facts)
    if bridge == names.bridge(segment.id):
        yield Bridge(bridge, segment.mtu)
    if segment.network_type is NetworkType.VXLAN:
        yield from _vxlan(segment, facts)
    elif segment.network_type is NetworkType.VLAN:
        yield from _vlan(segment, facts)
    elif segment.network_type is NetworkType.FLAT and bridge == names.bridge(segment.id):
        yield Member(facts.settings.physical_interfaces[segment.physical_network or ""], bridge)


def _vxlan(segment: Segment, facts: Facts) -> Iterator[Item]:
    settings = facts.settings
    if segment.segmentation_id is None or settings.local_ip is None or facts.tunnel_device is None:
        return
    link = names.vxlan(segment.segmentation_id)
    yield Vxlan(
        name=link,
        vni=segment.segmentation_id,
        local=settings.local_ip,
        device=facts.tunnel_device,
        group=None if settings.l2_population else ip_address(settings.vxlan_group),
        port=settings.udp_dstport,
        mtu=segment.mtu,
    )
    yield Member(link, names.bridge(segment.id))
    if settings.l2_population:
        # Flood entries only: router MACs move with their master, so unicast places are learnt, never told.
        yield from (Flood(link, vtep) for vtep in segment.vteps)


def _vlan(segment: Segment, facts: Facts) -> Iterator[Item]:
    physical = segment.physical_network or ""
    parent = facts.settings.physical_interfaces.get(physical) or facts.settings.physical_bridges[physical]
    link = names.vlan(parent, segment.segmentation_id or 0)
    yield Vlan(link, parent, segment.segmentation_id or 0, segment.mtu)
    yield Member(link, names.bridge(segment.id))
