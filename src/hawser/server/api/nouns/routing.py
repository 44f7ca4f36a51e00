"""Nouns around routers: flavors, service profiles, port forwardings."""

from __future__ import annotations

from hawser.server.api.resource import Create, Parent, Resource, Update
from hawser.server.api.schema import flavor as flavor_schema
from hawser.server.api.schema import portforwarding as forwarding_schema
from hawser.server.api.schema import serviceprofile as profile_schema
from hawser.server.service import flavor, floatingip, portforwarding, serviceprofile

FLAVORS = Resource(
    "flavors",
    flavor_schema.ATTRIBUTES,
    flavor_schema.FIELDS,
    flavor_schema.view,
    flavor.search,
    flavor.get,
    Create(flavor_schema.new, flavor.create_many),
    Update(flavor_schema.changes, flavor.update),
    flavor.delete,
)
SERVICE_PROFILES = Resource(
    "service_profiles",
    profile_schema.ATTRIBUTES,
    profile_schema.FIELDS,
    profile_schema.view,
    serviceprofile.search,
    serviceprofile.get,
    Create(profile_schema.new, serviceprofile.create_many),
    Update(profile_schema.changes, serviceprofile.update),
    serviceprofile.delete,
    path="service_profiles",
)
PORT_FORWARDINGS = Resource(
    "port_forwardings",
    forwarding_schema.ATTRIBUTES,
    forwarding_schema.FIELDS,
    forwarding_schema.view,
    portforwarding.search,
    portforwarding.get,
    Create(forwarding_schema.new, portforwarding.create_many),
    Update(forwarding_schema.changes, portforwarding.update),
    portforwarding.delete,
    path="floatingips/{parent_id}/port_forwardings",
    parent=Parent("floating_ip_id", floatingip.get, "floatingip"),
)

ALL: tuple[Resource, ...] = (FLAVORS, SERVICE_PROFILES, PORT_FORWARDINGS)
