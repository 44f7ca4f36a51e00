"""The HTTP clients of a node: what the system believes of certificates, they believe, and no proxy stands between."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx

from hawser.base.config import NodeSettings
from hawser.wire import version


def client(**options: Any) -> httpx.AsyncClient:
    """A client; ``options`` are httpx's."""
    return httpx.AsyncClient(verify=_trust(), trust_env=False, **options)


def of_node(settings: NodeSettings, timeout: httpx.Timeout) -> httpx.AsyncClient:
    """One that shows the servers which node this is."""
    headers = {"Authorization": f"Bearer {settings.node_key}", version.HEADER: str(version.VERSION)}
    return client(headers=headers, timeout=timeout)


@cache
def _trust() -> ssl.SSLContext:
    """One for all: each that httpx would make for itself reads a list of authorities, for 20 ms."""
    return ssl.create_default_context()
