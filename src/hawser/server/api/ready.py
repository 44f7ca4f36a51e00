"""GET /healthcheck/ready: whether this server can answer requests now. Open to all, and bounded in time.

Identity is not asked: without it the tokens that are known work on, and a balancer that took every server out
at once would help nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse

from hawser.base.errors import HawserError

PATIENCE = 2.0
"""Seconds that the database is given to answer."""
_log = logging.getLogger(__name__)


class Readiness:
    """``ask`` has the database answer, or raises; it may block for long, and is asked once at a time."""

    def __init__(self, ask: Callable[[], None], patience: float = PATIENCE) -> None:
        self._ask = ask
        self._patience = patience
        self._asking: asyncio.Future[str] | None = None

    async def answer(self, _request: Request) -> JSONResponse:
        """200, or 503 with the neighbours that are down. Why they are is for the log."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(asyncio.to_thread(self._wrong))
        try:
            wrong = await asyncio.wait_for(asyncio.shield(self._asking), self._patience)
        except TimeoutError:
            wrong = f"no answer within {self._patience:g} seconds"
        if not wrong:
            return JSONResponse({"ready": True, "down": []})
        _log.warning("not ready: database: %s", wrong)
        return JSONResponse({"ready": False, "down": ["database"]}, 503, {"Retry-After": "1"})

    def _wrong(self) -> str:
        try:
            self._ask()
        except HawserError as error:
            return error.message
        return ""
