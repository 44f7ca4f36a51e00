"""A node and servers of different releases: a node that is refused goes on, says so once, and comes back by itself."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hawser.node.agent import watch
from hawser.wire import codec, version
from hawser.wire.change import snapshot
from hawser.wire.intent import NodeIntent
from tests.node import samples

pytestmark = pytest.mark.service
SPOKEN = f"the node speaks version {version.VERSION} of the wire, this server {version.OLDEST}"
WORDS = f"{SPOKEN}: upgrade the servers first"


class OldServer(HTTPServer):
    """It refuses until it is upgraded; ``asked`` counts."""

    upgraded = False
    asked = 0


class Answer(BaseHTTPRequestHandler):
    server: OldServer

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.server.upgraded:
            body, status = codec.encode(snapshot(samples.node())) + b"\n", 200
        else:
            body, status = json.dumps({"error": WORDS}).encode(), 400
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def old_server() -> Iterator[OldServer]:
    server = OldServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_node_that_is_refused_goes_on_says_so_once_and_takes_what_comes_after_the_upgrade(
    old_server: OldServer, caplog: pytest.LogCaptureFixture
):
    urls = (f"http://127.0.0.1:{old_server.server_port}",)
    settings = samples.settings(server_urls=urls, node_key="k")
    held = NodeIntent("network1", 3)

    async def first() -> NodeIntent:
        upgrade = asyncio.get_running_loop().call_later(
            2.5 * watch.RETRY, setattr, old_server, "upgraded", True
        )
        async for intent, _ in watch.intents(settings, held):
            return intent
        raise AssertionError(upgrade)

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(first()) == samples.node()
    assert old_server.asked > 2
    assert caplog.text.count(WORDS) == 1
