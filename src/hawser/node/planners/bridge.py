"""The Linux bridge role: every network with a port here has a bridge, with its ports and its way out.

The way out is a VXLAN end point, a VLAN interface or a physical interface. Ports' taps are made by others
(the L3 and DHCP roles, the compute service): they join their bridge as soon as they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hawser.base import names
from hawser.machine.items.item import ROOT, Item
from hawser.machine.items.link import Bridge, Member, Vlan
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import tunnel
from hawser.node.planners.facts import Contact, Facts
from hawser.wire.intent import NetworkType, NodeIntent, Port, Segment

NAMED = 5
"""Networks that an alarm names."""
VLAN_MODULE = "8021q"
BACKLOG = 30000
"""Packets that may wait for a processor to take them from links within the machine; the kernel's own number is 1000. A
frame to all makes one for every port of a bridge: where those are hundreds, routers' heartbeats would be lost."""
OWN_PORTS = "network:"
"""How owners of ports begin that this project's own roles make."""


def desire(intent: NodeIntent, facts: Facts) -> Iterator[Item]:
    """Bridges, their ways out, and their members."""
    wired = {segment.id: segment for segment in intent.segments if obstacle(segment, facts) is None}
    for segment in wired.values():
        yield from _way_out(segment, facts)
    for port in intent.ports:
        tap = names.tap(port.id)
        if port.admin_state_up and port.network_id in wired and tap in facts.links:
            segment = wired[port.network_id]
            yield Member(tap, bridge_of(segment, facts), _tap_mtu(port, segment))
    yield from tunnel.neighbours(intent, wired, facts)
    yield from tunnel.settings(facts)
    yield Sysctl(ROOT, "net/core/netdev_max_backlog", str(BACKLOG), least=True, optional=True)


def obstacle(segment: Segment, facts: Facts) -> str | None:
    """Why this node cannot wire the network, in the operator's words; None when it can."""
    if segment.network_type is NetworkType.VXLAN:
        if not facts.settings.enable_vxlan:
            return "enable_vxlan is off on this node"
        if facts.tunnel_device is None:
            return f"no interface has local_ip {facts.settings.local_ip}"
    elif segment.network_type is not NetworkType.LOCAL:
        return _physical_obstacle(segment, facts)
    return None


def alarms(intent: NodeIntent, facts: Facts) -> tuple[str, ...]:
    """What keeps networks from being wired here, each with the networks that it keeps."""
    kept: dict[str, list[str]] = {}
    for segment in intent.segments:
        if why := obstacle(segment, facts):
            kept.setdefault(why, []).append(segment.id)
    return tuple(f"{why}; not wired: {_few(ids)}" for why, ids in sorted(kept.items()))


def _few(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more


def _physical_obstacle(segment: Segment, facts: Facts) -> str | None:
    physical = segment.physical_network or ""
    carrier = _carrier(segment, facts)
    if carrier is None:
        return f"physical network {physical} is not in this node's mappings"
    if carrier not in facts.links:
        kind = "interface" if physical in facts.settings.physical_interfaces else "bridge"
        return f"{kind} {carrier} of {physical} is missing"
    if segment.network_type is NetworkType.VLAN and VLAN_MODULE in facts.missing:
        return (
            f"this kernel has no VLAN interfaces: install its module {VLAN_MODULE} (modprobe {VLAN_MODULE})"
        )
    return None


def _carrier(segment: Segment, facts: Facts) -> str | None:
    """What reaches the physical network: of a flat one its bridge before an interface, of VLANs the other way round."""
    settings, physical = facts.settings, segment.physical_network or ""
    interface, bridge = settings.physical_interfaces.get(physical), settings.physical_bridges.get(physical)
    return bridge or interface if segment.network_type is NetworkType.FLAT else interface or bridge


def contact(segment: Segment, facts: Facts) -> Contact:
    """Whether others are reached over the network's way out of this node: none where it is missing or has no carrier.

    Of a way out that the configuration does not name nothing is known, so it does not count as cut.
    """
    if segment.network_type is NetworkType.VXLAN:
        cut = facts.settings.local_ip is not None and facts.tunnel_device not in facts.live
        return Contact.LOST if cut else facts.contact
    device = _carrier(segment, facts)
    return Contact.LOST if device is not None and device not in facts.live else Contact.SOUND


def way_out(segment: Segment, facts: Facts) -> str | None:
    """The member of the network's own bridge by which it leaves this node; None where it has none, or where the bridge
    is the operator's."""
    if segment.network_type is NetworkType.LOCAL or bridge_of(segment, facts) != names.bridge(segment.id):
        return None
    vid = segment.segmentation_id
    if segment.network_type is NetworkType.VXLAN:
        return None if vid is None else names.vxlan(vid)
    carrier = _carrier(segment, facts)
    if segment.network_type is NetworkType.FLAT or carrier is None or vid is None:
        return carrier
    return names.vlan(carrier, vid)


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
        yield from tunnel.end(segment, facts)
    elif segment.network_type is NetworkType.VLAN:
        yield from _vlan(segment, facts)
    elif segment.network_type is NetworkType.FLAT and bridge == names.bridge(segment.id):
        yield Member(facts.settings.physical_interfaces[segment.physical_network or ""], bridge)


def _tap_mtu(port: Port, segment: Segment) -> int | None:
    """Taps of our own have their MTU where they are made; others' follow when it is changed."""
    return None if port.device_owner.startswith(OWN_PORTS) else segment.mtu


def _vlan(segment: Segment, facts: Facts) -> Iterator[Item]:
    parent = _carrier(segment, facts)
    if parent is None or segment.segmentation_id is None:
        return
    link = names.vlan(parent, segment.segmentation_id)
    yield Vlan(link, parent, segment.segmentation_id, segment.mtu)
    yield Member(link, names.bridge(segment.id))
