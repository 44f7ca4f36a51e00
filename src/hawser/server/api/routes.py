"""The one table of routes: which path and method is served by which function."""

from __future__ import annotations

from functools import cache, partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hawser.server.api import actions, nouns, openapi, resource, versions
from hawser.server.api.resource import Resource, Serve


@cache
def routes() -> tuple[BaseRoute, ...]:
    """All routes of the API, the same ones for every application of a process.

    An application keeps in ``state.work`` what serves a request: (`Serve`, `Request`) to an awaited `Response`.
    """
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
        Route(f"/v2.0{path}", partial(_answer, serve), methods=[method])
        for method, path, serve in (*members, *actions.ALL)
    ]
    return (*open_to_all, *served)


async def _answer(serve: Serve, request: Request) -> Response:
    answer: Response = await request.app.state.work(serve, request)
    return answer


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
