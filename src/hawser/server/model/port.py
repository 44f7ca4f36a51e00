"""A port: a place on a network with a MAC, addresses, and whoever owns it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Address, Network
from hawser.server.model.dhcpoption import DhcpOption
from hawser.server.model.trunk import CarriedPort
from hawser.server.model.unset import UNSET, Unset

ROUTER_INTERFACE = "network:router_interface"
ROUTER_HA_REPLICATED = "network:ha_router_replicated_interface"
ROUTER_GATEWAY = "network:router_gateway"
ROUTER_HA = "network:router_ha_interface"
FLOATING_IP = "network:floatingip"
DHCP = "network:dhcp"
RESERVED_DHCP = "reserved_dhcp_port"
"""The device of a port that the next DHCP server of its network shall have."""
ROUTER_INTERNAL_OWNERS = frozenset({ROUTER_INTERFACE, ROUTER_HA_REPLICATED})
"""Owners of a router's ports on tenant networks."""
ROUTER_MOVING_OWNERS = ROUTER_INTERNAL_OWNERS | {ROUTER_GATEWAY}
"""Owners of the ports that are bound where the router is active."""
ADDRESSED_OWNERS = ROUTER_MOVING_OWNERS | {ROUTER_HA, FLOATING_IP}
"""Owners of ports that are given every address: they make none themselves from a router's advertisement."""
NORMAL = "normal"
"""The kind of interface that a bridge can take."""
NO_PROFILE = "{}"
"""What the binding's profile is where nobody gave one."""
TRUSTED_PREFIX = "network:"
"""Owners that start so are the network's own: no security group applies to their ports."""


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
    """``host`` is where it is bound, "" for nowhere. ``status`` is ACTIVE, DOWN or BUILD.

    ``binding_profile`` is a JSON object's text. ``domain`` is the server's: all ports' names are in it.
    Where it is the port of a trunk, ``trunk_id`` and ``trunk_carries`` say which, and what that carries.
    ``qos_network_policy_id`` is its network's QoS policy, which holds where it has none of its own.
    """

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
    tags: tuple[str, ...] = ()
    qos_policy_id: str | None = None
    qos_network_policy_id: str | None = None
    trunk_id: str | None = None
    trunk_carries: tuple[CarriedPort, ...] = ()
    dhcp_options: tuple[DhcpOption, ...] = ()
    dns_name: str = ""
    dns_domain: str = ""
    binding_profile: str = NO_PROFILE
    propagate_uplink_status: bool = True
    domain: str = ""


@dataclass(frozen=True, slots=True)
class WantedIp:
    """An address that a port shall have: a given one, any of a given subnet, or both said."""

    subnet_id: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class NewPort:
    """What a create asks for.

    ``fixed_ips`` UNSET is one IPv4 address and one of every autoconfigured IPv6 subnet; () is none.
    ``security_group_ids`` UNSET is the project's default group. ``port_security_enabled`` UNSET is the
    network's. An address pair without a MAC of its own carries "" and gets the port's.
    """

    project_id: str
    network_id: str
    name: str = ""
    description: str = ""
    mac: str | Unset = UNSET
    admin_state_up: bool = True
    device_id: str = ""
    device_owner: str = ""
    host: str = ""
    vnic_type: str = NORMAL
    port_security_enabled: bool | Unset = UNSET
    fixed_ips: tuple[WantedIp, ...] | Unset = UNSET
    security_group_ids: tuple[str, ...] | Unset = UNSET
    address_pairs: tuple[AddressPair, ...] = ()
    qos_policy_id: str | None = None
    dhcp_options: tuple[DhcpOption, ...] = ()
    dns_name: str = ""
    dns_domain: str = ""
    binding_profile: str = NO_PROFILE
    propagate_uplink_status: bool = True


@dataclass(frozen=True, slots=True)
class PortChanges:
    """What an update asks for; UNSET leaves a field alone. ``fixed_ips`` says all addresses anew.

    ``mac`` None is another one of the server's choice. ``dhcp_options`` are merged into those it has.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    mac: str | Unset | None = UNSET
    admin_state_up: bool | Unset = UNSET
    device_id: str | Unset = UNSET
    device_owner: str | Unset = UNSET
    host: str | Unset = UNSET
    vnic_type: str | Unset = UNSET
    port_security_enabled: bool | Unset = UNSET
    fixed_ips: tuple[WantedIp, ...] | Unset = UNSET
    security_group_ids: tuple[str, ...] | Unset = UNSET
    address_pairs: tuple[AddressPair, ...] | Unset = UNSET
    qos_policy_id: str | Unset | None = UNSET
    dhcp_options: tuple[DhcpOption, ...] | Unset = UNSET
    dns_name: str | Unset = UNSET
    dns_domain: str | Unset = UNSET
    binding_profile: str | Unset = UNSET
    propagate_uplink_status: bool | Unset = UNSET
