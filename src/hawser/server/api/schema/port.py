"""Ports: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters
from neutron_lib.api.definitions import (
    allowedaddresspairs,
    port_security,
    portbindings,
    qos,
    qos_port_network_policy,
)
from neutron_lib.api.definitions import port as port_definition
from neutron_lib.constants import ATTR_NOT_SPECIFIED

from hawser.base.addresses import write
from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    boolean,
    canonical_address,
    fields,
    given,
    network,
    standard,
    wanted_ips,
)
from hawser.server.model.port import AddressPair, NewPort, Port, PortChanges

_BINDINGS = portbindings.RESOURCE_ATTRIBUTE_MAP["ports"]
ATTRIBUTES = table(
    "port",
    "ports",
    (port_definition, portbindings, port_security, allowedaddresspairs, qos, qos_port_network_policy),
    STANDARD
    | TAGGED
    | {
        "security_groups": {
            "allow_post": True,
            "allow_put": True,
            "default": ATTR_NOT_SPECIFIED,
            "convert_to": converters.convert_none_to_empty_list,
            "validate": {"type:uuid_list": None},
        },
        "binding:host_id": {**_BINDINGS["binding:host_id"], "validate": {"type:string_or_none": 255}},
        # Only what a Linux bridge can plug.
        "binding:vnic_type": {**_BINDINGS["binding:vnic_type"], "validate": {"type:values": ["normal"]}},
    },
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "network_id", "status", "device_id", "device_owner"),
    **fields(str.lower, mac_address="mac"),
    **fields(boolean, "admin_state_up", "port_security_enabled"),
    "security_groups": Field("security_group_ids", str, part=True),
    "fixed_ips:subnet_id": Field("fixed_ips.subnet_id", str, part=True),
    "fixed_ips:ip_address_substr": Field("fixed_ips.address_part", str, part=True),
    "fixed_ips:ip_address": Field("fixed_ips.address", canonical_address),
    **fields(str, "qos_policy_id", "qos_network_policy_id"),
    "binding:host_id": Field("host", str),
    "binding:vnic_type": Field("vnic_type", str),
}


def new(values: Values, project_id: str) -> NewPort:
    """What a create asks for."""
    return NewPort(project_id=project_id, network_id=values["network_id"], **_common(values))


def changes(values: Values) -> PortChanges:
    """What an update asks for."""
    return PortChanges(**_common(values))


def view(port: Port) -> Shown:
    """What a response shows. What is bound is plugged into a bridge, and its addresses are enforced there."""
    return standard(port) | {
        "name": port.name,
        "network_id": port.network_id,
        "mac_address": port.mac,
        "admin_state_up": port.admin_state_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
        "fixed_ips": [{"subnet_id": ip.subnet_id, "ip_address": write(ip.address)} for ip in port.fixed_ips],
        "security_groups": list(port.security_group_ids),
        "qos_policy_id": port.qos_policy_id,
        "qos_network_policy_id": port.qos_network_policy_id,
        "port_security_enabled": port.port_security_enabled,
        "allowed_address_pairs": [
            {"mac_address": pair.mac or port.mac, "ip_address": _pair_address(pair)}
            for pair in port.address_pairs
        ],
        "binding:host_id": port.host,
        "binding:vnic_type": port.vnic_type,
        "binding:vif_type": "bridge" if port.host else "unbound",
        "binding:vif_details": {"port_filter": True} if port.host else {},
        "binding:profile": {},
    }


def _common(values: Values) -> Mapping[str, Any]:
    if values.get("binding:profile"):
        raise BadInput("binding:profile", "no profile has a meaning here", "Leave it out.")
    if "mac_address" in values and int(values["mac_address"][:2], 16) & 1:
        raise BadInput("mac_address", f"{values['mac_address']} is a group's address (IEEE 802)")
    common = dict(
        given(
            values,
            "name",
            "description",
            "admin_state_up",
            "device_id",
            "device_owner",
            "port_security_enabled",
            "qos_policy_id",
            mac="mac_address",
            vnic_type="binding:vnic_type",
        )
    )
    if "binding:host_id" in values:
        common["host"] = values["binding:host_id"] or ""
    if "fixed_ips" in values:
        common["fixed_ips"] = wanted_ips("fixed_ips", values["fixed_ips"])
    if "security_groups" in values:
        common["security_group_ids"] = tuple(values["security_groups"])
    if "allowed_address_pairs" in values:
        common["address_pairs"] = tuple(_pair(item) for item in values["allowed_address_pairs"])
    return common


def _pair(item: Mapping[str, Any]) -> AddressPair:
    mac = converters.convert_to_sanitized_mac_address(item.get("mac_address") or "")
    return AddressPair(mac=mac, address=network("allowed_address_pairs", item["ip_address"]))


def _pair_address(pair: AddressPair) -> str:
    """A single address is shown without its prefix length, as it was most likely given."""
    whole = pair.address.prefixlen == pair.address.max_prefixlen
    return str(pair.address.network_address if whole else pair.address)
