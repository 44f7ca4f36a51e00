"""Networks: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import (
    address_scope,
    dns,
    external_net,
    network_availability_zone,
    network_mtu_writable,
    port_security,
    provider_net,
    qos,
)
from neutron_lib.api.definitions import network as network_definition

from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    boolean,
    fields,
    given,
    standard,
)
from hawser.server.model.network import Network, NetworkChanges, NewNetwork
from hawser.wire.intent import NetworkType

_SEGMENT = {
    name: {**fields_, "allow_put": False}
    for name, fields_ in provider_net.RESOURCE_ATTRIBUTE_MAP["networks"].items()
}
ATTRIBUTES = table(
    "network",
    "networks",
    (
        network_definition,
        dns,
        external_net,
        network_mtu_writable,
        port_security,
        network_availability_zone,
        qos,
        address_scope,
    ),
    STANDARD | TAGGED | _SEGMENT,
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "dns_domain"),
    **fields(boolean, "admin_state_up", "shared", "port_security_enabled"),
    **fields(int, "mtu"),
    **fields(str, "qos_policy_id"),
    "router:external": Field("external", boolean),
    "provider:network_type": Field("network_type", str),
    "provider:physical_network": Field("physical_network", str),
    "provider:segmentation_id": Field("segmentation_id", int),
}


def new(values: Values, project_id: str) -> NewNetwork:
    """What a create asks for."""
    segment = dict(
        given(
            values,
            network_type="provider:network_type",
            physical_network="provider:physical_network",
            segmentation_id="provider:segmentation_id",
        )
    )
    if "network_type" in segment:
        segment["network_type"] = _network_type(segment["network_type"])
    hints = tuple(values["availability_zone_hints"])
    return NewNetwork(project_id=project_id, availability_zone_hints=hints, **_common(values), **segment)


def changes(values: Values) -> NetworkChanges:
    """What an update asks for."""
    return NetworkChanges(**_common(values))


def view(network: Network) -> Shown:
    """What a response shows."""
    return standard(network) | {
        "name": network.name,
        "admin_state_up": network.admin_state_up,
        "status": "ACTIVE",
        "shared": network.shared,
        "router:external": network.external,
        "mtu": network.mtu,
        "port_security_enabled": network.port_security_enabled,
        "dns_domain": network.dns_domain,
        "qos_policy_id": network.qos_policy_id,
        "ipv4_address_scope": network.ipv4_address_scope,
        "ipv6_address_scope": network.ipv6_address_scope,
        "subnets": list(network.subnet_ids),
        "availability_zone_hints": list(network.availability_zone_hints),
        "availability_zones": list(network.availability_zones),
        "provider:network_type": network.network_type.value,
        "provider:physical_network": network.physical_network,
        "provider:segmentation_id": network.segmentation_id,
    }


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(
        given(
            values,
            "name",
            "description",
            "admin_state_up",
            "shared",
            "mtu",
            "port_security_enabled",
            "dns_domain",
            "qos_policy_id",
            external="router:external",
        )
    )
    if common.get("mtu") == 0:  # the definition's default: the server's choice
        del common["mtu"]
    return common


def _network_type(name: str) -> NetworkType:
    try:
        return NetworkType(name)
    except ValueError:
        known = ", ".join(kind.value for kind in NetworkType)
        raise BadInput("provider:network_type", f"'{name}' is not known", f"Use one of {known}.") from None
