"""Around every request: its id, its line in the log, and the answer when it fails."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hawser.base.errors import Unavailable
from hawser.server.api import faults
from hawser.server.model.caller import Caller

REQUEST_ID = "X-Openstack-Request-Id"
LOG = "hawser.access"
"""The name of the access log among the loggers."""
_TRACE = "hawser.trace"
_HEADER = REQUEST_ID.lower().encode()
_GLOBAL_ID = re.compile(rb"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9_.:/@+%~-]+")
_log = logging.getLogger(LOG)


@dataclass(slots=True)
class Trace:
    """What a request goes by: its own id, that which the caller gave it ("" for none), and the caller once known."""

    request_id: str
    global_id: str
    caller: Caller | None = None


def trace_of(scope: Scope) -> Trace:
    """The trace of a request that came through `Access`."""
    trace = scope[_TRACE]
    assert isinstance(trace, Trace)
    return trace


class Access:
    """ASGI middleware. Each answer carries ``X-Openstack-Request-Id``; each request is one line of the log.

    ``form`` is ``text`` (key=value) or ``json``. Query strings and headers, which can hold what is none of the
    log's business, are left out; of the headers only the caller's own request id, if it is one.
    """

    def __init__(self, app: ASGIApp, form: str = "text") -> None:
        self._app = app
        self._line = _json if form == "json" else _text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = scope[_TRACE] = Trace(f"req-{uuid.uuid4()}", _global_id(scope))
        began = time.perf_counter()
        answer = _Answer(send, trace.request_id)
        try:
            await self._served(scope, receive, answer)
        finally:
            if _log.isEnabledFor(logging.INFO):
                milliseconds = round((time.perf_counter() - began) * 1000, 1)
                _log.info(self._line(_words(scope, trace, answer, milliseconds)))

    async def _served(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            if answer.status:  # it is half sent: only the connection's end can tell the client
                raise
            await faults.answer(error, answer.request_id)(scope, receive, answer.send)
        except asyncio.CancelledError:
            # The server stops, and its patience is over.
            if answer.status:  # what is still being sent is a stream: it ends here, in good order
                await answer.send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await faults.answer(_stopped(), answer.request_id)(scope, receive, answer.send)


class _Answer:
    """What is sent of an answer; it gets the request's id. ``status`` is 0 until it begins, ``size`` in bytes."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.request_id = request_id
        self.status = 0
        self.size = 0
        self._send = send

    async def send(self, message: Message) -> None:
        """One message of it (ASGI 3)."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self.request_id
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def _global_id(scope: Scope) -> str:
    """The id that the caller gave its request; one that is not of the form is not taken."""
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return given.decode() if _GLOBAL_ID.fullmatch(given) else ""


def _stopped() -> Unavailable:
    return Unavailable(
        "The server stops, and this was not finished. Look whether it was done before trying again."
    )


def _words(
    scope: Scope, trace: Trace, answer: _Answer, milliseconds: float
) -> Mapping[str, str | int | float | None]:
    caller = trace.caller
    return {
        "method": scope["method"],
        "path": scope["path"],
        "status": answer.status,
        "ms": milliseconds,
        "bytes": answer.size,
        "request_id": trace.request_id,
        "global_id": trace.global_id or None,
        "project_id": caller.project_id if caller else None,
        "user_id": caller.user_id if caller else None,
        "peer": scope["client"][0] if scope.get("client") else None,
    }


def _json(words: Mapping[str, str | int | float | None]) -> str:
    return json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **words})


def _text(words: Mapping[str, str | int | float | None]) -> str:
    return " ".join(f"{name}={_plain(value)}" for name, value in words.items())


def _plain(value: str | float | None) -> str:
    """One word, whatever the caller sent: quoted, with escapes, unless it is harmless."""
    if value is None or value == "":
        return "-"
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
