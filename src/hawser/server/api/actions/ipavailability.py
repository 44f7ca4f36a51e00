"""How many addresses networks have left: /network-ip-availabilities, and that of each network."""

from __future__ import annotations

from collections.abc import Mapping

from neutron_lib.api.definitions import network_ip_availability as definition

from hawser.base.errors import NotFound
from hawser.server.api import query
from hawser.server.api.attributes import table
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema.fields import Field, Shown, fields
from hawser.server.model.ipavailability import NetworkIpAvailability, SubnetIpAvailability
from hawser.server.service import ipavailability

_ATTRIBUTES = table(definition.RESOURCE_NAME, definition.RESOURCE_PLURAL, (definition,), {})
_FIELDS: Mapping[str, Field] = {
    **fields(str, "project_id", tenant_id="project_id", network_id="id", network_name="name"),
    **fields(int, "ip_version"),
}
_PLACE = frozenset({"id"})
"""What pages need and nobody is shown."""


def index(call: Call) -> Answer:
    """GET /network-ip-availabilities."""
    asked = query.parse(call.pairs, _ATTRIBUTES, _FIELDS)
    found = []
    if call.rights.sees(_ATTRIBUTES.singular):
        found = ipavailability.search(call.store, call.caller, asked.asked_of_store)
    shown = asked.page([_view(each) for each in found])
    plural = definition.RESOURCE_PLURAL
    links = asked.links(call.url, call.pairs, shown)
    body = {plural: [query.select(item, asked.fields, _PLACE) for item in shown]}
    return Answer(200, body | ({f"{plural}_links": links} if links else {}))


def show(call: Call) -> Answer:
    """GET /network-ip-availabilities/{network}."""
    if not call.rights.sees(_ATTRIBUTES.singular):
        raise NotFound("network", call.id)
    shown = _view(ipavailability.get(call.store, call.caller, call.id))
    selected = query.select(shown, query.only_fields(call.pairs), _PLACE)
    return Answer(200, {_ATTRIBUTES.singular: selected})


def _view(network: NetworkIpAvailability) -> Shown:
    return {
        "id": network.network_id,
        "network_id": network.network_id,
        "network_name": network.network_name,
        "tenant_id": network.project_id,
        "project_id": network.project_id,
        "total_ips": network.total,
        "used_ips": network.used,
        "subnet_ip_availability": [_subnet_view(subnet) for subnet in network.subnets],
    }


def _subnet_view(subnet: SubnetIpAvailability) -> Shown:
    return {
        "subnet_id": subnet.subnet_id,
        "subnet_name": subnet.subnet_name,
        "cidr": str(subnet.cidr),
        "ip_version": subnet.cidr.version,
        "total_ips": subnet.total,
        "used_ips": subnet.used,
    }


ROUTES: tuple[Action, ...] = (
    ("GET", "/network-ip-availabilities", index),
    ("GET", "/network-ip-availabilities/{id}", show),
)
