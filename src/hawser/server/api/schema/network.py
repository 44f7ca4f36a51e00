"""Networks: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import (
    address_scope,
    auto_allocated_topology,
    dns,
    external_net,
    multiprovidernet,
    network_availability_zone,
    network_mtu_writable,
    port_security,
    provider_net,
    qos,
    vlantransparent,
)
from neutron_lib.api.definitions import network as network_definition

from hawser.base.errors import BadInput
from hawser.server.api.attributes import Definition, Values, table
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
from hawser.server.model.segment import Segment, WantedSegment
from hawser.wire.intent import NetworkType

_SEGMENT: Definition = {
    name: {**fields_, "allow_put": False}
    for name, fields_ in provider_net.RESOURCE_ATTRIBUTE_MAP["networks"].items()
}
_SEGMENTS = {
    "segments": {**multiprovidernet.RESOURCE_ATTRIBUTE_MAP["networks"]["segments"], "allow_put": False}
    | {"validate": {}},
}
_PROVIDER = {
    "network_type": "provider:network_type",
    "physical_network": "provider:physical_network",
    "segmentation_id": "provider:segmentation_id",
}
_ONE = table("segment", "", (), _SEGMENT)
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
        auto_allocated_topology,
        vlantransparent,
        multiprovidernet,
    ),
    STANDARD | TAGGED | _SEGMENT | _SEGMENTS,
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "dns_domain"),
    **fields(boolean, "is_default", "vlan_transparent"),
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
    wanted = _segments(values)
    first = {name: getattr(wanted[0], name) for name in _PROVIDER} if wanted else _segment(values)
    return NewNetwork(
        project_id=project_id,
        availability_zone_hints=tuple(values["availability_zone_hints"]),
        vlan_transparent=values.get("vlan_transparent"),
        further_segments=tuple(wanted[1:]),
        **_common(values),
        **first,
    )


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
        "is_default": network.is_default,
        "vlan_transparent": network.vlan_transparent,
        **_carried(network),
    }


def _carried(network: Network) -> Shown:
    """The segment that carries it or, where there are several, these together."""
    if network.further_segments:
        return {"segments": [_segment_view(each) for each in network.segments]}
    return _segment_view(network.segments[0])


def _segment_view(segment: Segment) -> Shown:
    return {
        "provider:network_type": segment.network_type.value,
        "provider:physical_network": segment.physical_network,
        "provider:segmentation_id": segment.segmentation_id,
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
            "is_default",
            external="router:external",
        )
    )
    if common.get("mtu") == 0:  # the definition's default: the server's choice
        del common["mtu"]
    return common


def _segment(values: Values) -> dict[str, Any]:
    """What is said of a segment, by the model's field names."""
    segment = dict(given(values, **_PROVIDER))
    if "network_type" in segment:
        segment["network_type"] = _network_type(segment["network_type"])
    return segment


def _segments(values: Values) -> list[WantedSegment]:
    """The segments that a create asks for under that name."""
    if "segments" not in values:
        return []
    if _segment(values):
        raise BadInput(
            "segments",
            "provider attributes are said, too",
            "Say all of it in segments.",
            "SegmentsSetInConjunctionWithProviders",
        )
    if not isinstance(values["segments"], list) or not values["segments"]:
        raise BadInput("segments", "it must be a list of at least one segment")
    return [_wanted(each) for each in values["segments"]]


def _wanted(item: Any) -> WantedSegment:
    if not isinstance(item, dict):
        raise BadInput("segments", "each member of the list must be an object")
    segment = _segment(_ONE.on_create({name: value for name, value in item.items() if value is not None}))
    if "network_type" not in segment:
        raise BadInput("segments", "a segment lacks provider:network_type", "Say it of each.")
    return WantedSegment(**segment)


def _network_type(name: str) -> NetworkType:
    try:
        return NetworkType(name)
    except ValueError:
        known = ", ".join(kind.value for kind in NetworkType)
        raise BadInput("provider:network_type", f"'{name}' is not known", f"Use one of {known}.") from None
