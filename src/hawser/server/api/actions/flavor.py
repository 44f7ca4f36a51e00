"""Flavors' service profiles, and who would provide the next thing of one."""

from __future__ import annotations

from hawser.server.api import bodies
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema import flavor as schema
from hawser.server.service import flavor


def bind(call: Call) -> Answer:
    """POST /flavors/{id}/service_profiles."""
    flavor.get(call.store, call.caller, call.id)  # what is not seen is not there
    call.rights.demand("create_flavor_service_profile")
    profile_id = schema.bound_profile(bodies.parse(call.body))
    flavor.bind(call.store, call.caller, call.id, profile_id)
    return Answer(201, {"service_profile": {"id": profile_id}})


def unbind(call: Call) -> Answer:
    """DELETE /flavors/{id}/service_profiles/{service_profile_id}."""
    flavor.get(call.store, call.caller, call.id)
    call.rights.demand("delete_flavor_service_profile")
    flavor.unbind(call.store, call.caller, call.id, call.named("service_profile_id"))
    return Answer(204)


def next_providers(call: Call) -> Answer:
    """GET /flavors/{id}/next_providers."""
    found = flavor.next_provider(call.store, call.caller, call.id)
    return Answer(200, {"next_providers": [schema.provider_view(found)]})


ROUTES: tuple[Action, ...] = (
    ("POST", "/flavors/{id}/service_profiles", bind),
    ("DELETE", "/flavors/{id}/service_profiles/{service_profile_id}", unbind),
    ("GET", "/flavors/{id}/next_providers", next_providers),
)
