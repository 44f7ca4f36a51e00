"""The ports that a trunk carries: showing, adding and removing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hawser.base.errors import BadInput
from hawser.server.api import bodies
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema import trunk as schema
from hawser.server.model.caller import Caller
from hawser.server.model.trunk import Trunk, WantedSubPort
from hawser.server.service import trunk
from hawser.server.store.session import Store

_Change = Callable[[Store, Caller, str, Sequence[WantedSubPort]], Trunk]


def index(call: Call) -> Answer:
    """GET /trunks/{id}/get_subports."""
    found = trunk.get(call.store, call.caller, call.id)
    call.rights.demand("get_subports")
    return Answer(200, {schema.SUB_PORTS: [schema.sub_port_view(each) for each in found.sub_ports]})


def change(rule: str, use: _Change, call: Call) -> Answer:
    """PUT /trunks/{id}/add_subports or remove_subports: the trunk is shown without its name before it."""
    trunk.get(call.store, call.caller, call.id)  # what is not seen is not there
    call.rights.demand(rule)
    body = bodies.parse(call.body)
    if schema.SUB_PORTS not in body or len(body) != 1:
        raise BadInput("body", f"it must hold {schema.SUB_PORTS} and nothing else", kind="HTTPBadRequest")
    changed = use(call.store, call.caller, call.id, schema.wanted(body[schema.SUB_PORTS]))
    return Answer(200, schema.view(changed))


ROUTES: tuple[Action, ...] = (
    ("GET", "/trunks/{id}/get_subports", index),
    ("PUT", "/trunks/{id}/add_subports", partial(change, "add_subports", trunk.add_subports)),
    ("PUT", "/trunks/{id}/remove_subports", partial(change, "remove_subports", trunk.remove_subports)),
)
