"""The address space of a subnet pool: what is added to it, and taken away."""

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


def _change(call: Call, change: Change) -> Answer:
    subnetpool.get(call.store, call.caller, call.id)
    call.rights.demand("update_subnetpool")
    wanted = schema.prefixes(schema.PREFIXES.on_create(bodies.parse(call.body)))
    return Answer(200, {"prefixes": schema.texts(change(call.store, call.caller, call.id, wanted))})


ROUTES: tuple[Action, ...] = (
    ("PUT", "/subnetpools/{id}/add_prefixes", add),
    ("PUT", "/subnetpools/{id}/remove_prefixes", remove),
)
