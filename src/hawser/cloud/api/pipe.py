"""What every request goes through: who calls, what the body holds, how an error is told.

The one place of these services that knows HTTP statuses.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hawser.base.errors import (
    BadInput,
    Conflict,
    Forbidden,
    HawserError,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from hawser.server.api.auth import Auth
from hawser.server.model.caller import Caller

log = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
Body = TypeVar("Body", bound=BaseModel)
Handler = Callable[[Request, Caller], Awaitable[Response]]

_STATUSES: tuple[tuple[type[HawserError], int, str], ...] = (
    (BadInput, 400, "badRequest"),
    (Unauthenticated, 401, "unauthorized"),
    (Forbidden, 403, "forbidden"),
    (NotFound, 404, "itemNotFound"),
    (Conflict, 409, "conflictingRequest"),
    (Unavailable, 503, "serviceUnavailable"),
)


def route(path: str, method: str, handler: Handler, auth: Auth) -> Route:
    """A route whose handler is told the caller; it answers 401 to anyone who is not known."""

    async def endpoint(request: Request) -> Response:
        caller = await asyncio.to_thread(auth.identify, request.headers)
        return await handler(request, caller)

    return Route(path, endpoint, methods=[method])


async def body(request: Request, kind: type[Body], wrapper: str = "") -> Body:
    """The request's JSON as a ``kind``, out of ``{wrapper: …}``; a `BadInput` names the field."""
    document = await raw(request)
    if wrapper and not (isinstance(document, dict) and wrapper in document):
        raise BadInput(wrapper, "the body has no such member")
    try:
        return kind.model_validate(document[wrapper] if isinstance(document, dict) and wrapper else document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or wrapper
        raise BadInput(field, first["msg"]) from None


async def raw(request: Request) -> object:
    """The request's JSON, at most `BODY_LIMIT` bytes."""
    content = await limited(request, BODY_LIMIT)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise BadInput("body", "it is not JSON") from None


async def limited(request: Request, limit: int) -> bytes:
    """The request's content, at most ``limit`` bytes."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BadInput("body", f"it is longer than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def base_url(request: Request) -> str:
    """How the caller reached this service, for the links in answers."""
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


async def fault(_: Request, error: Exception) -> JSONResponse:
    """An error as the Compute API tells it."""
    for kind, status, name in _STATUSES:
        if isinstance(error, kind):
            headers = {"WWW-Authenticate": "Keystone"} if status == 401 else None
            told = {"code": status, "message": str(error)}
            return JSONResponse({name: told}, status, headers)
    log.error("request failed", exc_info=error)
    told = {"code": 500, "message": "The service failed unexpectedly; its log says why."}
    return JSONResponse({"computeFault": told}, 500)


FAULTS = {HawserError: fault, Exception: fault}
