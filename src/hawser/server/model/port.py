"""A port: a place on a network with a MAC, addresses, and whoever owns it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Address, Network

ROUTER_INTERFACE = "network:router_interface"
ROUTER_HA_REPLICATED = "network:ha_router_replicated_interface"
ROUTER_GATEWAY = "network:router_gateway"
ROUTER_HA = "network:router_ha_interface"
FLOATING_IP = "network:floatingip"
DHCP = "network:dhcp"
COMPUTE_PREFIX = "compute:"
ROUTER_INTERNAL_OWNERS = frozenset({ROUTER_INTERFACE, ROUTER_HA_REPLICATED})
"""Owners of a router's ports on tenant networks."""


@dataclass(frozen=True, slots=True)
class FixedIp:
    """An address of a port, out of a subnet."""

    subnet_id: str
    address: Address


@dataclass(frozen=True, slots=True)
class AddressPair:
    """Another source that the port may send from."""

    mac: str
    address: Network


@dataclass(frozen=True, slots=True)
class Port:
    """``host`` is where it is bound, "" for nowhere. ``status`` is ACTIVE, DOWN or BUILD."""

    id: str
    project_id: str
    network_id: str
    name: str
    description: str
    mac: str
    admin_state_up: bool
    status: str
    device_id: str
    device_owner: str
    host: str
    vnic_type: str
    port_security_enabled: bool
    fixed_ips: tuple[FixedIp, ...]
    security_group_ids: tuple[str, ...]
    address_pairs: tuple[AddressPair, ...]
    revision: int
    created_at: datetime
    updated_at: datetime
