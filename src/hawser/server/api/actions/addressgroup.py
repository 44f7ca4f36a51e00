"""The addresses of an address group: PUT /address-groups/{id}/add_addresses and remove_addresses."""

from __future__ import annotations

from hawser.base.addresses import Network
from hawser.base.errors import BadInput
from hawser.server.api import bodies
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema import addressgroup as schema
from hawser.server.service import addressgroup


def add(call: Call) -> Answer:
    """Add some to the group."""
    addresses = _given(call)
    group = addressgroup.add_addresses(call.store, call.caller, call.id, addresses)
    return Answer(200, {"address_group": schema.view(group)})


def remove(call: Call) -> Answer:
    """Take some away from the group."""
    addresses = _given(call)
    group = addressgroup.remove_addresses(call.store, call.caller, call.id, addresses)
    return Answer(200, {"address_group": schema.view(group)})


def _given(call: Call) -> tuple[Network, ...]:
    addressgroup.get(call.store, call.caller, call.id)  # what is not seen is not there
    call.rights.demand("update_address_group")
    body = bodies.parse(call.body)
    if set(body) != {"addresses"}:
        raise BadInput("body", "it must hold addresses and nothing else", kind="HTTPBadRequest")
    return schema.addresses(body["addresses"])


ROUTES: tuple[Action, ...] = (
    ("PUT", "/address-groups/{id}/add_addresses", add),
    ("PUT", "/address-groups/{id}/remove_addresses", remove),
)
