"""The names of things on a machine, as operators know them: cut from ids, never stored.

Interface names hold at most 15 characters (IFNAMSIZ less the terminating zero).
"""

from __future__ import annotations

import hashlib

ID_CHARACTERS = 11
MOST_CHARACTERS = 15

ROUTER_NAMESPACE = "qrouter-"
DHCP_NAMESPACE = "qdhcp-"


def router_namespace(router_id: str) -> str:
    """The namespace of a router on every node that hosts it."""
    return ROUTER_NAMESPACE + router_id


def dhcp_namespace(network_id: str) -> str:
    """The namespace of a network's DHCP server on every node that serves it."""
    return DHCP_NAMESPACE + network_id


def bridge(network_id: str) -> str:
    """The Linux bridge of a network."""
    return "brq" + network_id[:ID_CHARACTERS]


def tap(port_id: str) -> str:
    """A port's end on the bridge."""
    return "tap" + port_id[:ID_CHARACTERS]


def router_interface(port_id: str) -> str:
    """A router's end on a tenant network."""
    return "qr-" + port_id[:ID_CHARACTERS]


def gateway_interface(port_id: str) -> str:
    """A router's end on an external network."""
    return "qg-" + port_id[:ID_CHARACTERS]


def ha_interface(port_id: str) -> str:
    """A router's end on its project's HA network."""
    return "ha-" + port_id[:ID_CHARACTERS]


def dhcp_interface(port_id: str) -> str:
    """A DHCP server's end on its network."""
    return "ns-" + port_id[:ID_CHARACTERS]


def vxlan(vni: int) -> str:
    """The VXLAN tunnel end point of a segment."""
    return f"vxlan-{vni}"


def vlan(parent: str, vid: int) -> str:
    """The VLAN interface of a segment on a physical interface; of one with a long name as much as there is room for,
    and what tells it from others that begin alike."""
    whole = f"{parent}.{vid}"
    if len(whole) <= MOST_CHARACTERS:
        return whole
    ending = f"{hashlib.sha256(parent.encode()).hexdigest()[:5]}.{vid}"
    return parent[: MOST_CHARACTERS - len(ending)] + ending
