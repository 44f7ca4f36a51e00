"""The server as an ASGI application: the API, and the feed beside it, over one store."""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hawser.base.config import ServerSettings
from hawser.server.api import bodies, faults
from hawser.server.api.access import Access, Trace, trace_of
from hawser.server.api.auth import Auth
from hawser.server.api.notify import Courier, Outbox, tell_nobody
from hawser.server.api.policy import Policy
from hawser.server.api.policy import load as load_policy
from hawser.server.api.ready import Readiness
from hawser.server.api.resource import Answer, Call, Notify, Serve
from hawser.server.api.routes import routes
from hawser.server.feed.app import Feed
from hawser.server.store.session import Store

Work = Callable[[Serve, Request], Awaitable[Response]]
THREADS = 16
"""How many requests are worked on at once; more wait for their turn."""
_LAST_NOTIFICATIONS = 2.0
"""Seconds that what waits to be told is given when the server stops."""


def create_app(
    store: Store,
    settings: ServerSettings,
    auth: Auth,
    policy_file: Path | None = None,
    courier: Courier | None = None,
) -> Starlette:
    """The application over ``store``, whose callers ``auth`` knows.

    ``policy_file`` (oslo.policy's YAML) changes the rules in code. The store stays the caller's to close.
    ``courier`` brings notifications to those who listen; without one nobody is told.
    Who stops the server awaits ``app.state.end_streams()`` first: watch streams have no end of their own.
    """
    outbox = Outbox(courier) if courier else None
    telling = outbox.of if outbox else tell_nobody
    feed = Feed(store, settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        _calm_collector()
        async with feed.running():
            yield
        if outbox:
            await to_thread.run_sync(outbox.close, _LAST_NOTIFICATIONS)

    app = Starlette(
        routes=[
            *routes(),
            Route("/healthcheck/ready", Readiness(partial(_ask, store)).answer),
            *feed.routes(),
        ],
        middleware=[Middleware(Access, settings.access_log)],
        exception_handlers={HTTPException: faults.no_route},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.work = _worker(store, auth, load_policy(policy_file), telling)
    app.state.end_streams = feed.end_streams
    return app


def _ask(store: Store) -> None:
    with store.read() as tx:
        _ = tx.base_revision


def _calm_collector() -> None:
    """Have the garbage collector look at what requests leave behind, less often, and not at what stays for good.

    A list of 1000 ports makes so many small values that by default it is gone through whole several times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _worker(store: Store, auth: Auth, policy: Policy, telling: Callable[[Trace], Notify]) -> Work:
    limiter = CapacityLimiter(THREADS)

    def work(serve: Serve, request: Request, body: bytes) -> Response:
        caller = auth.identify(request.headers)
        trace = trace_of(request.scope)
        trace.caller = caller
        call = Call(
            store=store,
            caller=caller,
            rights=policy.rights(caller),
            url=str(request.url.replace(query="")),
            pairs=request.query_params.multi_items(),
            path=request.path_params,
            body=body,
            if_match=request.headers.get("if-match", ""),
            notify=telling(trace),
        )
        return _response(store.again(lambda: serve(call)))

    async def work_on(serve: Serve, request: Request) -> Response:
        body = await bodies.read(request)
        return await to_thread.run_sync(work, serve, request, body, limiter=limiter)

    return work_on


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status)
    return Response(_json(answer.body), answer.status, media_type="application/json")


def _json(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:  # a number over 64 bits: how many addresses an IPv6 subnet has
        return json.dumps(body).encode()
