"""A client that costs little itself: HTTP/1.1 over connections that are kept, one for each thread."""

from __future__ import annotations

import json
import threading
import time
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from hawser.base.errors import LabError

_IDLE = 2.0
"""Seconds after which a connection is not used again: the server may have closed it."""


class Client:
    """One user's requests to one server. Bodies are the API's own, so they are the only dicts here."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._host, self._port = host, port
        self._headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
        self._local = threading.local()

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """The answer's body. `LabError` with the server's words where it refuses."""
        sent = None if body is None else json.dumps(body)
        answer = self._answer(method, f"/v2.0{path}", sent)
        told: bytes = answer.read()
        if answer.status >= 400:
            raise LabError(f"{method} {path} answered {answer.status}: {told.decode()[:500]}")
        return told

    def create(self, noun: str, **attributes: Any) -> str:
        """POST one; its id."""
        return str(json.loads(self.ask("POST", f"/{noun}s", {noun: attributes}))[noun]["id"])

    def _answer(self, method: str, path: str, sent: str | None) -> HTTPResponse:
        connection = getattr(self._local, "connection", None)
        if connection is None or time.monotonic() - self._local.used > _IDLE:
            connection = self._local.connection = HTTPConnection(self._host, self._port, timeout=60)
        connection.request(method, path, body=sent, headers=self._headers)
        self._local.used = time.monotonic()
        answer: HTTPResponse = connection.getresponse()
        return answer
