"""What the node has to tell: its agents, its ports' and its routers' state, out of what stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hawser.base import names
from hawser.machine.items.item import ROOT, Item, Key
from hawser.node.agent.roles import Role
from hawser.node.planners import bridge, metadata
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent, Segment
from hawser.wire.report import AgentState, PortStatus


def agent_state(
    role: Role, facts: Facts, intent: NodeIntent, started_at: float, alarms: Sequence[str] = ()
) -> AgentState:
    """One role as an agent of the API; ``alarms`` are what keeps its process from doing all its work."""
    settings = facts.settings
    wires, zoneless = role.name == "linuxbridge", role.name in ("linuxbridge", "metadata")
    return AgentState(
        agent_type=role.agent_type,
        binary=role.binary,
        availability_zone="" if zoneless else settings.availability_zone,
        started_at=started_at,
        tunnel_address=str(settings.local_ip) if wires and settings.local_ip else "",
        mappings=tuple(sorted({*settings.physical_interfaces, *settings.physical_bridges})) if wires else (),
        configurations={**_configurations(role, facts, intent), "alarms": list(alarms)},
    )


def _configurations(
    role: Role, facts: Facts, intent: NodeIntent
) -> dict[str, str | int | float | bool | list[str] | dict[str, str]]:
    settings = facts.settings
    if role.name == "l3":
        return {
            "agent_mode": "legacy",
            "routers": len(intent.routers),
            "ex_gw_ports": sum(router.gateway is not None for router in intent.routers),
            "interfaces": sum(len(router.interfaces) for router in intent.routers),
            "floating_ips": sum(len(router.floating_ips) for router in intent.routers),
            "ha_vrrp_advert_int": settings.ha_vrrp_advert_int,
        }
    if role.name == "dhcp":
        return {
            "dhcp_driver": "dnsmasq",
            "networks": len(intent.dhcp_servers),
            "subnets": sum(len(server.subnets) for server in intent.dhcp_servers),
            "ports": len(intent.dhcp_hosts),
            "dhcp_lease_duration": settings.dhcp_lease_duration,
        }
    if role.name == "metadata":
        return {
            "nova_metadata_host": settings.nova_metadata_host,
            "nova_metadata_port": settings.nova_metadata_port,
            "namespaces": sum(1 for _ in metadata.doors(intent, settings)),
        }
    return {
        "tunneling_ip": str(settings.local_ip or ""),
        "tunnel_types": ["vxlan"] if settings.enable_vxlan else [],
        "l2_population": settings.l2_population,
        "arp_responder": settings.l2_population and settings.arp_responder,
        "interface_mappings": dict(settings.physical_interfaces),
        "bridge_mappings": dict(settings.physical_bridges),
        "devices": len(intent.ports),
    }


def port_statuses(intent: NodeIntent, facts: Facts, actual: Mapping[Key, Item]) -> dict[str, PortStatus]:
    """A port is up when its tap is on its bridge, and so is the network's way out."""
    obstacles = {segment.id: _obstacle(segment, facts, actual) for segment in intent.segments}
    statuses: dict[str, PortStatus] = {}
    for port in intent.ports:
        why = obstacles.get(port.network_id)
        if why is None and not _is_member(names.tap(port.id), actual):
            why = "its interface is not there yet"
        statuses[port.id] = PortStatus(port.id, why is None, why or "")
    return statuses


def _obstacle(segment: Segment, facts: Facts, actual: Mapping[Key, Item]) -> str | None:
    """What keeps the whole network from being wired here."""
    way_out = bridge.way_out(segment, facts)
    if why := bridge.obstacle(segment, facts):
        return why
    missing = way_out is not None and not _is_member(way_out, actual)
    return f"its way out {way_out} is not there, as the log says" if missing else None


def _is_member(link: str, actual: Mapping[Key, Item]) -> bool:
    return ("member", ROOT, link) in actual
