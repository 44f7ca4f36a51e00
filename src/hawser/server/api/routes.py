"""The one table of routes: which path and method is served by which function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hawser.server.api import actions, nouns, openapi, resource, versions
from hawser.server.api.resource import Resource, Serve

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(endpoint: Callable[[Serve], Endpoint]) -> list[BaseRoute]:
    """All routes of the API; ``endpoint`` makes of a function over a `Call` one over an HTTP request."""
    open_to_all = [
        Route("/", versions.versions),
        Route("/v2.0", versions.resources),
        Route("/v2.0/", versions.resources),
        Route("/healthcheck", versions.health),
        Route("/openapi.json", openapi.answer),
    ]
    members = [
        (method, f"/{noun.route}{tail}", serve) for noun in nouns.ALL for method, tail, serve in _verbs(noun)
    ]
    # A request looks through them in their order: what is asked most comes first.
    served = [
        Route(f"/v2.0{path}", endpoint(serve), methods=[method])
        for method, path, serve in (*members, *actions.ALL)
    ]
    return [*open_to_all, *served]


def _verbs(noun: Resource) -> list[tuple[str, str, Serve]]:
    """The method, the tail of the path and the function of each verb that ``noun`` has."""
    verbs = [
        ("GET", "", resource.index, True),
        ("POST", "", resource.create, noun.create),
        ("GET", "/{id}", resource.show, True),
        ("PUT", "/{id}", resource.update, noun.update),
        ("DELETE", "/{id}", resource.delete, noun.delete),
    ]
    return [(method, tail, partial(serve, noun)) for method, tail, serve, there in verbs if there]
