"""Tags: /{plural}/{id}/tags, and each of them."""

from __future__ import annotations

from functools import partial

from hawser.base.errors import BadInput, NotFound
from hawser.server.api import bodies, nouns
from hawser.server.api.resource import Action, Answer, Call, Resource
from hawser.server.service import tag


def index(resource: Resource, call: Call) -> Answer:
    """GET /{plural}/{id}/tags."""
    return _answer(tag.get(call.store, call.caller, resource.plural, call.id))


def show(resource: Resource, call: Call) -> Answer:
    """GET /{plural}/{id}/tags/{tag}: whether it is there."""
    if call.named("tag") not in tag.get(call.store, call.caller, resource.plural, call.id):
        raise NotFound("tag", call.named("tag"))
    return Answer(204)


def replace(resource: Resource, call: Call) -> Answer:
    """PUT /{plural}/{id}/tags: all of them anew."""
    _demand(resource, call)
    return _answer(tag.replace(call.store, call.caller, resource.plural, call.id, _given(call)))


def add_some(resource: Resource, call: Call) -> Answer:
    """POST /{plural}/{id}/tags: these too."""
    _demand(resource, call)
    return _answer(tag.add(call.store, call.caller, resource.plural, call.id, _given(call)))


def add(resource: Resource, call: Call) -> Answer:
    """PUT /{plural}/{id}/tags/{tag}."""
    _demand(resource, call)
    tag.add(call.store, call.caller, resource.plural, call.id, [call.named("tag")])
    return Answer(201)


def clear(resource: Resource, call: Call) -> Answer:
    """DELETE /{plural}/{id}/tags: all of them."""
    _demand(resource, call)
    tag.replace(call.store, call.caller, resource.plural, call.id, ())
    return Answer(204)


def remove(resource: Resource, call: Call) -> Answer:
    """DELETE /{plural}/{id}/tags/{tag}."""
    _demand(resource, call)
    tag.remove(call.store, call.caller, resource.plural, call.id, call.named("tag"))
    return Answer(204)


def _demand(resource: Resource, call: Call) -> None:
    tag.get(call.store, call.caller, resource.plural, call.id)  # what is not seen is not there
    call.rights.demand(f"update_{resource.singular}")


def _given(call: Call) -> list[str]:
    tags = bodies.parse(call.body).get("tags")
    if not isinstance(tags, list) or not all(isinstance(each, str) for each in tags):
        raise BadInput("tags", "it must be a list of texts", kind="HTTPBadRequest")
    return tags


def _answer(tags: tuple[str, ...]) -> Answer:
    return Answer(200, {"tags": list(tags)})


def _route(noun: Resource) -> str:
    """Clients look for the tags of a QoS policy below /policies, not where the policy itself is."""
    return noun.plural.replace("_", "-")


_OF_ALL = (("GET", index), ("PUT", replace), ("POST", add_some), ("DELETE", clear))
_OF_ONE = (("GET", show), ("PUT", add), ("DELETE", remove))
_TAGGED = [noun for noun in nouns.ALL if noun.plural in tag.KINDS]
ROUTES: tuple[Action, ...] = (
    *(
        (verb, f"/{_route(noun)}/{{id}}/tags", partial(serve, noun))
        for noun in _TAGGED
        for verb, serve in _OF_ALL
    ),
    *(
        (verb, f"/{_route(noun)}/{{id}}/tags/{{tag}}", partial(serve, noun))
        for noun in _TAGGED
        for verb, serve in _OF_ONE
    ),
)
