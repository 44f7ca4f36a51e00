"""What a client can find out of this server: its extensions."""

from __future__ import annotations

from hawser.base.errors import NotFound
from hawser.server.api import extensions
from hawser.server.api.resource import Action, Answer, Call


def index(_call: Call) -> Answer:
    """GET /extensions."""
    return Answer(200, {"extensions": list(extensions.ALL.values())})


def show(call: Call) -> Answer:
    """GET /extensions/{alias}."""
    found = extensions.ALL.get(call.id)
    if found is None:
        raise NotFound("extension", call.id)
    return Answer(200, {"extension": found})


ROUTES: tuple[Action, ...] = (
    ("GET", "/extensions", index),
    ("GET", "/extensions/{id}", show),
)
