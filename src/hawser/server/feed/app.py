"""The feed over HTTP: one watch stream a node, and its reports. A node sees its own host only.

GET  /feed/v1/hosts/{host}/watch?since=REVISION&digest=DIGEST   lines of JSON: `wire.change.IntentChange`
POST /feed/v1/hosts/{host}/reports                              `wire.report.Report`
GET  /feed/v1/hosts/{host}/instance?router=ID&address=ADDRESS   `wire.instance.Instance`; or ?network=ID&...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hawser.base.config import ServerSettings
from hawser.base.errors import BadInput, Unavailable
from hawser.base.keys import is_node_key
from hawser.server.feed.hub import Hub, Watcher
from hawser.server.feed.stream import Held
from hawser.server.service import instance as instances
from hawser.server.service import report as reports
from hawser.server.store.session import Store
from hawser.wire import codec, version
from hawser.wire.change import IntentChange
from hawser.wire.instance import Instance
from hawser.wire.report import Report

SIGN_OF_LIFE = 3.0
"""Seconds after which an empty line tells a node that its stream stands."""
LARGEST_REPORT = 16 * 1024 * 1024


class Feed:
    """The feed's endpoints over one store; `running` has to be entered while they serve."""

    def __init__(self, store: Store, settings: ServerSettings) -> None:
        self._store = store
        self._secret = settings.feed_secret
        self._hub = Hub(store)

    def routes(self) -> list[Route]:
        """What the server mounts."""
        return [
            Route("/feed/v1/hosts/{host}/watch", self._watch),
            Route("/feed/v1/hosts/{host}/reports", self._take, methods=["POST"]),
            Route("/feed/v1/hosts/{host}/instance", self._instance),
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep up with the store."""
        task = asyncio.create_task(self._hub.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def end_streams(self) -> None:
        """End all watch streams, in good order: nodes go to another server."""
        await self._hub.end()

    async def _watch(self, request: Request) -> Response:
        host = request.path_params["host"]
        if refusal := self._refusal(request, host):
            return refusal
        try:
            watcher, first = await self._hub.watch(host, _held(request))
        except Unavailable as error:
            return JSONResponse({"error": error.message}, status_code=503)
        return _Lines(self._lines(watcher, first), lambda: self._hub.unwatch(watcher))

    async def _lines(self, watcher: Watcher, first: IntentChange) -> AsyncIterator[bytes]:
        yield codec.encode(first) + b"\n"
        while not self._hub.ended:
            change = await self._hub.next(watcher, SIGN_OF_LIFE)
            yield (codec.encode(change) if change else b"") + b"\n"

    async def _take(self, request: Request) -> Response:
        host = request.path_params["host"]
        if refusal := self._refusal(request, host):
            return refusal
        body = await request.body()
        if len(body) > LARGEST_REPORT:
            return JSONResponse({"error": "the report is too large"}, status_code=413)
        try:
            await asyncio.to_thread(reports.take, self._store, host, codec.decode(body, Report))
        except BadInput as error:
            return JSONResponse({"error": error.message}, status_code=400)
        except Unavailable as error:
            return JSONResponse({"error": error.message}, status_code=503)
        return Response(status_code=204)

    async def _instance(self, request: Request) -> Response:
        host = request.path_params["host"]
        if refusal := self._refusal(request, host):
            return refusal
        try:
            found = await asyncio.to_thread(_find_instance, self._store, host, request.query_params)
        except BadInput as error:
            return JSONResponse({"error": error.message}, status_code=400)
        except Unavailable as error:
            return JSONResponse({"error": error.message}, status_code=503)
        if found is None:
            return JSONResponse({"error": "no instance has this address there"}, status_code=404)
        return Response(codec.encode(found), media_type="application/json")

    def _refusal(self, request: Request, host: str) -> Response | None:
        """Why this request is not served: another's key, or a version that is not understood."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not is_node_key(self._secret, host, key):
            remedy = f"give its [hawser] node_key what `hawser node key {host}` prints"
            return JSONResponse({"error": f"this is not the key of {host}: {remedy}"}, status_code=401)
        if wrong := version.obstacle(request.headers.get(version.HEADER, "")):
            return JSONResponse({"error": wrong}, status_code=400)
        return None


class _Lines(StreamingResponse):
    """A stream of lines of JSON; ``done`` is called at its end, also if nobody was there to take its beginning."""

    def __init__(self, lines: AsyncIterator[bytes], done: Callable[[], None]) -> None:
        super().__init__(lines, media_type="application/x-ndjson")
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._done()


def _find_instance(store: Store, host: str, query: Mapping[str, str]) -> Instance | None:
    try:
        address = ip_address(query.get("address", ""))
    except ValueError as error:
        raise BadInput("address", str(error)) from None
    if router := query.get("router"):
        return instances.behind_router(store, host, router, address)
    return instances.in_network(store, host, query.get("network", ""), address)


def _held(request: Request) -> Held | None:
    """What the node says it has; None for nothing."""
    since = request.query_params.get("since", "")
    return Held(int(since), request.query_params.get("digest", "")) if since.isdecimal() else None
