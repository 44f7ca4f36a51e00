"""The roles of a node, one row each: what OpenStack Networking calls agents. Pure.

A role plans its own items and answers for its own items: two roles in two processes on one machine never
take each other's away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hawser.base import names
from hawser.base.config import NodeSettings
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.file import File
from hawser.machine.items.item import ROOT, Item
from hawser.machine.items.link import Bridge, Member, Vlan, Vxlan
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.items.netns import Netns
from hawser.machine.items.process import Process
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import bridge, dhcp, metadata, router
from hawser.node.planners.facts import Planner

Directories = Callable[[NodeSettings], tuple[Path, ...]]


@dataclass(frozen=True, slots=True)
class Role:
    """``directories`` are where its files and process records are; ``owns`` tells its items from others'."""

    name: str
    agent_type: str
    binary: str
    planner: Planner
    directories: Directories
    owns: Callable[[Item, NodeSettings], bool]


def _bridge_owns(item: Item, _settings: NodeSettings) -> bool:
    if isinstance(item, Sysctl):
        return item.netns == ROOT and item.name.startswith("net/")
    return isinstance(item, Bridge | Vxlan | Vlan | Member | Flood | Place | Neighbour)


def _l3_directories(settings: NodeSettings) -> tuple[Path, ...]:
    beside = settings.ha_confs_path.parent
    return (settings.ha_confs_path, beside / "ra", beside / "nat")


def _l3_owns(item: Item, settings: NodeSettings) -> bool:
    if isinstance(item, Sysctl) and item.netns == ROOT:
        return item.name.startswith("fs/")
    return _lives_in(item, names.ROUTER_NAMESPACE) or _kept_in(item, _l3_directories, settings)


def _dhcp_directories(settings: NodeSettings) -> tuple[Path, ...]:
    return (settings.state_path / "dhcp",)


def _dhcp_owns(item: Item, settings: NodeSettings) -> bool:
    return _lives_in(item, names.DHCP_NAMESPACE) or _kept_in(item, _dhcp_directories, settings)


def _lives_in(item: Item, prefix: str) -> bool:
    netns = item.name if isinstance(item, Netns) else getattr(item, "netns", "")
    return bool(netns.startswith(prefix))


def _kept_in(item: Item, directories: Directories, settings: NodeSettings) -> bool:
    if not isinstance(item, File | Process):
        return False
    # As texts: this is asked of every item in every turn, and pathlib would be most of it.
    path = item.path if isinstance(item, File) else item.directory
    return any(f"{path}/".startswith(f"{directory}/") for directory in directories(settings))


def _owns_nothing(_item: Item, _settings: NodeSettings) -> bool:
    """Its sockets end with its process."""
    return False


def _no_directories(_settings: NodeSettings) -> tuple[Path, ...]:
    return ()


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role("l3", "L3 agent", "neutron-l3-agent", router.desire, _l3_directories, _l3_owns),
        Role("dhcp", "DHCP agent", "neutron-dhcp-agent", dhcp.desire, _dhcp_directories, _dhcp_owns),
        Role(
            "linuxbridge",
            "Linux bridge agent",
            "neutron-linuxbridge-agent",
            bridge.desire,
            _no_directories,
            _bridge_owns,
        ),
        Role(
            "metadata",
            "Metadata agent",
            "neutron-metadata-agent",
            metadata.desire,
            _no_directories,
            _owns_nothing,
        ),
    )
}
"""By name, in the order of planning: those that make taps before the one that puts them on bridges."""
