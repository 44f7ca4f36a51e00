"""A floating IP: an external address that can be moved among ports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Address
from hawser.server.model.portforwarding import PortForwarding
from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class PortDetails:
    """What a floating IP tells of the port that it stands for."""

    name: str
    network_id: str
    mac: str
    admin_state_up: bool
    status: str
    device_id: str
    device_owner: str


@dataclass(frozen=True, slots=True)
class FloatingIp:
    """``external_port_id`` holds the address on the external network (owner network:floatingip).

    ``port_id``, ``fixed_address`` and ``port_details`` are None while it is not associated; ``router_id``, while
    it has no port forwardings either.
    """

    id: str
    project_id: str
    description: str
    network_id: str
    address: Address
    external_port_id: str
    port_id: str | None
    fixed_address: Address | None
    router_id: str | None
    status: str
    revision: int
    created_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()
    dns_name: str = ""
    dns_domain: str = ""
    qos_policy_id: str | None = None
    port_details: PortDetails | None = None
    port_forwardings: tuple[PortForwarding, ...] = ()


@dataclass(frozen=True, slots=True)
class NewFloatingIp:
    """What a create asks for: any address of the external network, or of ``subnet_id``, or ``address``.

    With ``port_id`` it is associated at once; ``fixed_address`` None is the port's only IPv4 address.
    """

    project_id: str
    network_id: str
    description: str = ""
    subnet_id: str | None = None
    address: Address | None = None
    port_id: str | None = None
    fixed_address: Address | None = None
    dns_name: str = ""
    dns_domain: str = ""
    qos_policy_id: str | None = None


@dataclass(frozen=True, slots=True)
class FloatingIpChanges:
    """What an update asks for; UNSET leaves a field alone, ``port_id`` None disassociates."""

    description: str | Unset = UNSET
    port_id: str | Unset | None = UNSET
    fixed_address: Address | Unset | None = UNSET
    qos_policy_id: str | Unset | None = UNSET
