"""Bindings of a port: /ports/{id}/bindings. A member is named by its host, which is no id of its own."""

from __future__ import annotations

from hawser.server.api import bodies, query
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema.binding import ATTRIBUTES, changes, new, view
from hawser.server.model.binding import Binding
from hawser.server.service import binding

_NOUN = ATTRIBUTES.singular


def index(call: Call) -> Answer:
    """GET /ports/{id}/bindings."""
    call.rights.demand("get_port_binding")
    asked = query.parse(call.pairs, ATTRIBUTES, {})
    shown = asked.page([view(each) for each in binding.search(call.store, call.caller, call.id)])
    return Answer(200, {"bindings": [query.select(each, asked.fields, frozenset()) for each in shown]})


def show(call: Call) -> Answer:
    """GET /ports/{id}/bindings/{host}."""
    call.rights.demand("get_port_binding")
    found = binding.get(call.store, call.caller, call.id, call.named("host"))
    return Answer(200, {_NOUN: query.select(view(found), query.only_fields(call.pairs), frozenset())})


def create(call: Call) -> Answer:
    """POST /ports/{id}/bindings."""
    call.rights.demand("create_port_binding")
    values = ATTRIBUTES.on_create(bodies.inner(bodies.parse(call.body), _NOUN))
    return _answer(201, binding.create(call.store, call.caller, call.id, new(values)))


def update(call: Call) -> Answer:
    """PUT /ports/{id}/bindings/{host}."""
    call.rights.demand("update_port_binding")
    values = ATTRIBUTES.on_update(bodies.inner(bodies.parse(call.body), _NOUN))
    host = call.named("host")
    return _answer(200, binding.update(call.store, call.caller, call.id, host, changes(values)))


def activate(call: Call) -> Answer:
    """PUT /ports/{id}/bindings/{host}/activate. As clients read it, the binding is the whole of the answer."""
    call.rights.demand("activate_port_binding")
    return Answer(200, view(binding.activate(call.store, call.caller, call.id, call.named("host"))))


def delete(call: Call) -> Answer:
    """DELETE /ports/{id}/bindings/{host}."""
    call.rights.demand("delete_port_binding")
    binding.delete(call.store, call.caller, call.id, call.named("host"))
    return Answer(204)


def _answer(status: int, made: Binding) -> Answer:
    return Answer(status, {_NOUN: view(made)})


ROUTES: tuple[Action, ...] = (
    ("GET", "/ports/{id}/bindings", index),
    ("POST", "/ports/{id}/bindings", create),
    ("GET", "/ports/{id}/bindings/{host}", show),
    ("PUT", "/ports/{id}/bindings/{host}", update),
    ("DELETE", "/ports/{id}/bindings/{host}", delete),
    ("PUT", "/ports/{id}/bindings/{host}/activate", activate),
)
