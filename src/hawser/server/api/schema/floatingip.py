"""Floating IPs: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import dns, expose_port_forwarding_in_fip, fip_port_details, l3, qos_fip

from hawser.base.addresses import Address
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema import portforwarding
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    address,
    canonical_address,
    fields,
    given,
    standard,
)
from hawser.server.model.floatingip import FloatingIp, FloatingIpChanges, NewFloatingIp, PortDetails

ATTRIBUTES = table(
    "floatingip",
    "floatingips",
    (l3, dns, qos_fip, fip_port_details, expose_port_forwarding_in_fip),
    STANDARD | TAGGED,
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "dns_name", "dns_domain"),
    **fields(str, "port_id", "router_id", "status", "qos_policy_id", floating_network_id="network_id"),
    **fields(canonical_address, floating_ip_address="address", fixed_ip_address="fixed_address"),
}


def new(values: Values, project_id: str) -> NewFloatingIp:
    """What a create asks for."""
    return NewFloatingIp(
        project_id=project_id,
        network_id=values["floating_network_id"],
        address=_address(values, "floating_ip_address"),
        fixed_address=_address(values, "fixed_ip_address"),
        **given(values, "description", "subnet_id", "port_id", "dns_name", "dns_domain", "qos_policy_id"),
    )


def changes(values: Values) -> FloatingIpChanges:
    """What an update asks for."""
    common: dict[str, Any] = dict(given(values, "description", "port_id", "qos_policy_id"))
    if "fixed_ip_address" in values:
        common["fixed_address"] = _address(values, "fixed_ip_address")
    return FloatingIpChanges(**common)


def view(floating_ip: FloatingIp) -> Shown:
    """What a response shows. There is no name: clients would take one for the address."""
    fixed = floating_ip.fixed_address
    return standard(floating_ip) | {
        "floating_network_id": floating_ip.network_id,
        "floating_ip_address": str(floating_ip.address),
        "fixed_ip_address": str(fixed) if fixed else None,
        "port_id": floating_ip.port_id,
        "router_id": floating_ip.router_id,
        "status": floating_ip.status,
        "dns_name": floating_ip.dns_name,
        "dns_domain": floating_ip.dns_domain,
        "qos_policy_id": floating_ip.qos_policy_id,
        "port_details": _details(floating_ip.port_details) if floating_ip.port_details else None,
        "port_forwardings": [portforwarding.view(each) for each in floating_ip.port_forwardings],
    }


def _details(port: PortDetails) -> Shown:
    return {
        "name": port.name,
        "network_id": port.network_id,
        "mac_address": port.mac,
        "admin_state_up": port.admin_state_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
    }


def _address(values: Values, name: str) -> Address | None:
    return address(name, values[name]) if values[name] is not None else None
