"""Lists of what has no id of its own and is only read: availability zones, service providers, floating IP pools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from neutron_lib.api.definitions import availability_zone, floatingip_pools, servicetype

from hawser.server.api import query
from hawser.server.api.attributes import AttributeTable, read_only, table
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema.fields import Shown
from hawser.server.model.filters import ALL
from hawser.server.service import availabilityzone, floatingip, serviceprovider

_ZONE = table(
    "availability_zone",
    "",
    (),
    dict.fromkeys(availability_zone.RESOURCE_ATTRIBUTE_MAP["availability_zones"], read_only()),
)
_PROVIDER = table("service_provider", "service_providers", (servicetype,), {})
_POOL = table("floatingip_pool", "floatingip_pools", (floatingip_pools,), {"tenant_id": read_only()})


def availability_zones(call: Call) -> Answer:
    """GET /availability_zones."""
    zones = availabilityzone.search(call.store, call.caller)
    shown = [
        {
            "name": zone.name,
            "resource": zone.resource,
            "state": "available" if zone.available else "unavailable",
        }
        for zone in zones
    ]
    return _answer(call, _ZONE, "availability_zones", shown)


def service_providers(call: Call) -> Answer:
    """GET /service-providers."""
    providers = serviceprovider.search(call.store, call.caller)
    shown = [
        {"service_type": each.service_type, "name": each.name, "default": each.default} for each in providers
    ]
    return _answer(call, _PROVIDER, "service_providers", shown)


def pools(call: Call) -> Answer:
    """GET /floatingip_pools: the subnets that floating IPs can be had of."""
    project_id = call.caller.project_id
    shown = [
        {
            "subnet_id": subnet.id,
            "subnet_name": subnet.name,
            "network_id": subnet.network_id,
            "cidr": str(subnet.cidr),
            "project_id": project_id,
            "tenant_id": project_id,
        }
        for subnet in floatingip.pools(call.store, call.caller)
    ]
    return _answer(call, _POOL, "floatingip_pools", shown)


def _answer(call: Call, attributes: AttributeTable, plural: str, items: Iterable[Shown]) -> Answer:
    """All that the query's filters match, with the fields that it asks for; there are no pages of them."""
    asked = query.parse(call.pairs, attributes, {})
    if not call.rights.sees(attributes.singular):
        return Answer(200, {plural: []})
    found = replace(asked, filters=ALL).page(list(items))
    return Answer(200, {plural: [query.select(item, asked.fields, frozenset()) for item in found]})


ROUTES: tuple[Action, ...] = (
    ("GET", "/availability_zones", availability_zones),
    ("GET", "/service-providers", service_providers),
    ("GET", "/floatingip_pools", pools),
)
