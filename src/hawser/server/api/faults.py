"""From the error tree to HTTP: the only place that knows which status an error has.

The body is the one that clients of OpenStack Networking read: ``{"NeutronError": {"type", "message",
"detail"}}``. An error that is not of the tree is a defect of ours: the client gets 500 and the request's id,
the log gets the rest.
"""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from hawser.base.errors import (
    BadInput,
    Conflict,
    Forbidden,
    HawserError,
    NotFound,
    Stale,
    Unauthenticated,
    Unavailable,
)
from hawser.server.api.bodies import TooLarge

_STATUSES: tuple[tuple[type[HawserError], int], ...] = (
    (BadInput, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Stale, 412),
    (TooLarge, 413),
    (Unavailable, 503),
)
MOST_WORDS = 2000
"""Characters of a message."""
_log = logging.getLogger(__name__)


def status_of(error: HawserError) -> int:
    """The HTTP status of an error of the tree; 500 for those that no client can have caused."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def answer(error: Exception, request_id: str) -> JSONResponse:
    """What the client is told of ``error``; whatever it could not have caused is logged as well."""
    if isinstance(error, HTTPException):
        return _response(error.status_code, "HTTPError", error.detail, dict(error.headers or {}))
    if isinstance(error, HawserError) and (status := status_of(error)) < 500:
        headers = {"Www-Authenticate": "Keystone"} if status == 401 else {}
        return _response(status, error.kind, error.message, headers)
    if isinstance(error, Unavailable):
        _log.warning("%s: %s", request_id, error.message)
        return _response(503, error.kind, error.message, {"Retry-After": "1"})
    _log.error("%s: a request failed by a defect of the server", request_id, exc_info=error)
    return _response(
        500, "HTTPInternalServerError", f"The server failed. Its log tells why under {request_id}.", {}
    )


async def no_route(request: Request, error: Exception) -> JSONResponse:
    """No such path, or no such method there."""
    assert isinstance(error, HTTPException)
    words = {
        404: f"The resource {request.url.path} could not be found.",
        405: f"{request.method} is not allowed.",
    }
    kind = {404: "HTTPNotFound", 405: "HTTPMethodNotAllowed"}.get(error.status_code, "HTTPError")
    message = words.get(error.status_code, error.detail)
    return _response(error.status_code, kind, message, dict(error.headers or {}))


def _response(status: int, kind: str, message: str, headers: dict[str, str]) -> JSONResponse:
    if len(message) > MOST_WORDS:  # it quotes what was sent, which can be long
        message = f"{message[:MOST_WORDS]}..."
    body = {"NeutronError": {"type": kind, "message": message, "detail": ""}}
    return JSONResponse(body, status, headers)
