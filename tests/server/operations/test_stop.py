"""A server that is told to stop takes nothing new, finishes what is under way, and ends with status 0."""

from __future__ import annotations

import http.client
import json
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from tests.server.operations.servers import PATIENCE, Server, node_headers, until

pytestmark = pytest.mark.kernel


class Upload:
    """A request that creates a network; the server waits for its body, and has said so."""

    def __init__(self, server: Server) -> None:
        address = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
        self._body = json.dumps({"network": {"name": "made"}}).encode()
        self._connection.putrequest("POST", "/v2.0/networks")
        self._connection.putheader("Content-Length", str(len(self._body)))
        self._connection.putheader("Expect", "100-continue")
        self._connection.endheaders()
        assert self._connection.sock.recv(1000).startswith(b"HTTP/1.1 100")

    def send_body(self) -> None:
        self._connection.send(self._body)

    def status(self) -> int:
        """The answer's."""
        with closing(self._connection):
            return self._connection.getresponse().status


@contextmanager
def writers_held(directory):
    """No writer gets on for as long as this lasts."""
    with closing(sqlite3.connect(directory / "neutron.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def start(tmp_path):
    servers = []

    def begin(*options: str) -> Server:
        servers.append(Server(tmp_path, f"sqlite:///{tmp_path}/neutron.sqlite", *options))
        return servers[-1]

    yield begin
    for server in servers:
        server.end()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_under_way_is_answered(start, workers):
    server = start(f"api_workers = {workers}")
    upload = Upload(server)
    server.tell_to_stop()
    until(lambda: not server.answers())
    upload.send_body()
    assert upload.status() == 201
    assert server.process.wait(PATIENCE) == 0
    assert "Traceback" not in server.log


def test_a_request_that_takes_too_long_is_told_so(start):
    server = start("graceful_shutdown_timeout = 1")
    upload = Upload(server)
    server.tell_to_stop()
    assert upload.status() == 503
    assert server.process.wait(PATIENCE) == 0
    assert "Traceback" not in server.log


def test_what_hangs_is_left_behind_after_its_time(start, tmp_path):
    server = start("graceful_shutdown_timeout = 1")
    with writers_held(tmp_path):
        upload = Upload(server)
        upload.send_body()
        server.tell_to_stop()
        assert upload.status() == 503
        # The database's own patience is half a minute.
        assert server.process.wait(20) == 0


def test_a_watch_stream_ends_in_good_order(start):
    server = start()
    url = f"{server.url}/feed/v1/hosts/network1/watch"
    with httpx.stream("GET", url, headers=node_headers("network1"), trust_env=False) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("{")
        server.tell_to_stop()
        assert not any(lines), "nothing more comes, and the end is no broken connection"
    assert server.process.wait(PATIENCE) == 0
    assert "Traceback" not in server.log


def test_an_idle_connection_holds_nothing_up(start):
    server = start()
    with server.client() as client:
        assert client.get("/networks").status_code == 200
        server.tell_to_stop()
        assert server.process.wait(PATIENCE) == 0
