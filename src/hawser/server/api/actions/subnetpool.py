"""The address space of a subnet pool: what is added to it, taken away, and taken in with a network's subnets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hawser.base.addresses import Network
from hawser.server.api import bodies
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema import subnetpool as schema
from hawser.server.model.caller import Caller
from hawser.server.service import subnetpool
from hawser.server.store.session import Store

Change = Callable[[Store, Caller, str, Sequence[Network]], tuple[Network, ...]]


def add(call: Call) -> Answer:
    """PUT /subnetpools/{id}/add_prefixes."""
    return _change(call, subnetpool.add_prefixes)


def remove(call: Call) -> Answer:
    """PUT /subnetpools/{id}/remove_prefixes."""
    return _change(call, subnetpool.remove_prefixes)


def onboard(call: Call) -> Answer:
    """PUT /subnetpools/{id}/onboard_network_subnets: into the pool with what a network has."""
    subnetpool.get(call.store, call.caller, call.id)
    call.rights.demand("update_subnetpool")
    network_id = schema.ONBOARDED.on_create(bodies.parse(call.body))["network_id"]
    taken = subnetpool.onboard(call.store, call.caller, call.id, network_id)
    return Answer(200, {"subnets": [{"id": subnet.id, "cidr": str(subnet.cidr)} for subnet in taken]})


def _change(call: Call, change: Change) -> Answer:
    subnetpool.get(call.store, call.caller, call.id)
    call.rights.demand("update_subnetpool")
    wanted = schema.prefixes(schema.PREFIXES.on_create(bodies.parse(call.body)))
    return Answer(200, {"prefixes": schema.texts(change(call.store, call.caller, call.id, wanted))})


ROUTES: tuple[Action, ...] = (
    ("PUT", "/subnetpools/{id}/add_prefixes", add),
    ("PUT", "/subnetpools/{id}/remove_prefixes", remove),
    ("PUT", "/subnetpools/{id}/onboard_network_subnets", onboard),
)
