"""Servers that end with their test."""

from __future__ import annotations

import pytest

from tests.server.operations.servers import Server


@pytest.fixture
def start(tmp_path, connection):
    """Starts a server over the test's database, with these options."""
    started: list[Server] = []

    def begin(*options: str, **more: str) -> Server:
        started.append(Server(tmp_path, connection, *options, **more))
        return started[-1]

    yield begin
    for server in started:
        server.end()
