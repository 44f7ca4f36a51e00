"""The one table of routes: which path and method is served by which function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hawser.server.api import extensions, members, resource, versions
from hawser.server.api.nouns import ALL
from hawser.server.api.resource import Answer, Call, Resource

Serve = Callable[[Call], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]

_MEMBERS: tuple[tuple[str, str, Serve], ...] = (
    ("GET", "/extensions", extensions.index),
    ("GET", "/extensions/{id}", extensions.show),
    ("PUT", "/routers/{id}/add_router_interface", members.add_router_interface),
    ("PUT", "/routers/{id}/remove_router_interface", members.remove_router_interface),
    ("GET", "/routers/{id}/l3-agents", members.l3_agents_of_router),
    ("GET", "/networks/{id}/dhcp-agents", members.dhcp_agents_of_network),
    ("GET", "/agents/{id}/l3-routers", members.routers_of_l3_agent),
    ("GET", "/agents/{id}/dhcp-networks", members.networks_of_dhcp_agent),
)


def routes(endpoint: Callable[[Serve], Endpoint]) -> list[BaseRoute]:
    """All routes of the API; ``endpoint`` makes of a function over a `Call` one over an HTTP request."""
    open_to_all = [
        Route("/", versions.versions),
        Route("/v2.0", versions.resources),
        Route("/v2.0/", versions.resources),
        Route("/healthcheck", versions.health),
    ]
    nouns = [
        Route(f"/v2.0/{noun.path}{tail}", endpoint(serve), methods=[method])
        for noun in ALL
        for method, tail, serve in _verbs(noun)
    ]
    others = [Route(f"/v2.0{path}", endpoint(serve), methods=[method]) for method, path, serve in _MEMBERS]
    return [*open_to_all, *nouns, *others]


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
