"""Ports: attributes, and the way between them and the model's values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from neutron_lib.api import converters
from neutron_lib.api.definitions import (
    allowedaddresspairs,
    dns,
    dns_domain_ports,
    extra_dhcp_opt,
    port_security,
    portbindings,
    qos,
    qos_port_network_policy,
    trunk_details,
    uplink_status_propagation_updatable,
)
from neutron_lib.api.definitions import port as port_definition
from neutron_lib.constants import ATTR_NOT_SPECIFIED

from hawser.base.addresses import write
from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema import binding
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
from hawser.server.api.schema.trunk import details_view
from hawser.server.model import dns as dns_model
from hawser.server.model.binding import vif_type
from hawser.server.model.dhcpoption import CLIENT_ID, DhcpOption
from hawser.server.model.port import AddressPair, NewPort, Port, PortChanges
from hawser.server.model.unset import UNSET


def _mac(value: Any) -> Any:
    return None if value is None else converters.convert_to_sanitized_mac_address(value)


_BINDINGS = portbindings.RESOURCE_ATTRIBUTE_MAP["ports"]
ATTRIBUTES = table(
    "port",
    "ports",
    (
        port_definition,
        portbindings,
        port_security,
        allowedaddresspairs,
        extra_dhcp_opt,
        dns,
        dns_domain_ports,
        uplink_status_propagation_updatable,
        qos,
        qos_port_network_policy,
        trunk_details,
    ),
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
        # None, once the port is there, asks for another one.
        "mac_address": {
            "allow_post": True,
            "allow_put": True,
            "default": ATTR_NOT_SPECIFIED,
            "convert_to": _mac,
            "validate": {"type:mac_address_or_none": None},
        },
    },
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "network_id", "status", "device_id", "device_owner", "dns_name", "dns_domain"),
    **fields(str.lower, mac_address="mac"),
    **fields(boolean, "admin_state_up", "port_security_enabled", "propagate_uplink_status"),
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
    common = _common(values)
    if common.get("mac", "") is None:
        common["mac"] = UNSET
    return NewPort(project_id=project_id, network_id=values["network_id"], **common)


def changes(values: Values) -> PortChanges:
    """What an update asks for."""
    return PortChanges(**_common(values))


def view(port: Port) -> Shown:
    """What a response shows. What is bound is plugged into a bridge, and its addresses are enforced there."""
    addresses = [write(ip.address) for ip in port.fixed_ips]
    return standard(port) | {
        "name": port.name,
        "network_id": port.network_id,
        "mac_address": port.mac,
        "admin_state_up": port.admin_state_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
        "fixed_ips": [
            {"subnet_id": ip.subnet_id, "ip_address": address}
            for ip, address in zip(port.fixed_ips, addresses, strict=True)
        ],
        "security_groups": list(port.security_group_ids),
        **({"trunk_details": details_view(port.trunk_id, port.trunk_carries)} if port.trunk_id else {}),
        "qos_policy_id": port.qos_policy_id,
        "qos_network_policy_id": port.qos_network_policy_id,
        "port_security_enabled": port.port_security_enabled,
        "allowed_address_pairs": [
            {"mac_address": pair.mac or port.mac, "ip_address": _pair_address(pair)}
            for pair in port.address_pairs
        ],
        "binding:host_id": port.host,
        "binding:vnic_type": port.vnic_type,
        "binding:vif_type": vif_type(port.host, port.vnic_type),
        "binding:vif_details": binding.vif_details(port.host, port.vnic_type),
        "binding:profile": binding.shown_profile(port.binding_profile),
        "extra_dhcp_opts": [
            {"opt_name": option.name, "opt_value": option.value, "ip_version": option.ip_version}
            for option in port.dhcp_options
        ],
        "dns_name": port.dns_name,
        "dns_domain": port.dns_domain,
        "dns_assignment": _names(port, addresses),
        "propagate_uplink_status": port.propagate_uplink_status,
    }


def _common(values: Values) -> dict[str, Any]:
    if values.get("mac_address") and int(values["mac_address"][:2], 16) & 1:
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
            "dns_name",
            "dns_domain",
            "propagate_uplink_status",
            mac="mac_address",
            vnic_type="binding:vnic_type",
        )
    )
    if "binding:host_id" in values:
        common["host"] = values["binding:host_id"] or ""
    if "binding:profile" in values:
        common["binding_profile"] = binding.profile("binding:profile", values["binding:profile"])
    if "extra_dhcp_opts" in values:
        common["dhcp_options"] = _options(values["extra_dhcp_opts"] or ())
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


def _options(items: Iterable[Mapping[str, Any]]) -> tuple[DhcpOption, ...]:
    """What a caller says of DHCP options. A comma in a client's id would be another part of its reservation."""
    options = tuple(
        DhcpOption(item["opt_name"], item["opt_value"], item.get("ip_version", 4)) for item in items
    )
    if len({(option.name, option.ip_version) for option in options}) < len(options):
        raise BadInput("extra_dhcp_opts", "it names an option twice")
    for option in options:
        if option.name == CLIENT_ID and not re.fullmatch(r"[!-+\--~]*", option.value or ""):
            raise BadInput(
                "extra_dhcp_opts", f"'{option.value}' is no {CLIENT_ID}", "Leave out commas and spaces."
            )
    return options


def _names(port: Port, addresses: Sequence[str]) -> list[Shown]:
    tail = dns_model.tail(port.domain)
    names = [(each, dns_model.hostname(port.dns_name, port.domain, each)) for each in addresses]
    return [{"ip_address": each, "hostname": name, "fqdn": name + tail} for each, name in names]
