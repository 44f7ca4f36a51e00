"""Around every request: its id, its line in the log, and the answer when it fails."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hawser.server.api import faults

REQUEST_ID = "X-Openstack-Request-Id"
_log = logging.getLogger(__name__)


class Access:
    """ASGI middleware. Each answer carries ``X-Openstack-Request-Id``; each request is one line of the log.

    The line: ``METHOD path status milliseconds ms request-id peer``. Query strings and headers, which can
    hold what is none of the log's business, are left out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req-{uuid.uuid4()}"
        began = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception as error:
            if status:  # the answer is half sent: only the connection's end can tell the client
                raise
            await faults.answer(error, request_id)(scope, receive, send_marked)
        except asyncio.CancelledError:
            if not status:
                raise
            # The server stops, and what is still being sent is a stream: it ends here, in good order.
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            _log_line(scope, status, (time.perf_counter() - began) * 1000, request_id)


def _log_line(scope: Scope, status: int, milliseconds: float, request_id: str) -> None:
    peer = scope["client"][0] if scope.get("client") else "-"
    path = scope["path"].encode("unicode_escape").decode()
    _log.info("%s %s %s %.1f ms %s %s", scope["method"], path, status, milliseconds, request_id, peer)
