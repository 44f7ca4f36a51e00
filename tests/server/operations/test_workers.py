"""Several processes serve as one server: on the same sockets, started again when they die, ended together."""

from __future__ import annotations

import os
import signal

import httpx
import pytest

from hawser.wire import codec
from hawser.wire.change import IntentChange
from tests.server.operations.servers import alive, l3_agent, node_headers, until

pytestmark = pytest.mark.kernel


@pytest.fixture
def server(start):
    return start("api_workers = 2")


def test_two_workers_serve_and_one_that_dies_is_started_again(server):
    before = server.workers
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(server.workers) == 2 and server.workers != before)
    with server.client() as client:
        assert client.post("/networks", json={"network": {"name": "made"}}).status_code == 201
        for _ in range(10):
            assert [one["name"] for one in client.get("/networks").json()["networks"]] == ["made"]


def test_all_workers_end_with_the_server(server):
    workers = server.workers
    server.tell_to_stop()
    assert server.process.wait(20) == 0
    assert not any(alive(pid) for pid in workers)
    assert "Traceback" not in server.log


def test_workers_do_not_outlive_a_server_that_is_killed(server):
    workers = server.workers
    server.kill()
    until(lambda: not any(alive(pid) for pid in workers))


def test_a_watch_of_one_worker_hears_of_what_another_did(server):
    """Each request opens a connection of its own: sooner or later both workers have answered some."""
    for host in ("network1", "network2"):
        server.report(host, l3_agent(host))
    url = f"{server.url}/feed/v1/hosts/network1/watch"
    with httpx.stream("GET", url, headers=node_headers("network1"), trust_env=False) as stream:
        lines = (line for line in stream.iter_lines() if line)
        assert codec.decode(next(lines).encode(), IntentChange).base is None
        made = set()
        for number in range(4):
            with server.client() as client:
                answer = client.post("/routers", json={"router": {"name": f"r{number}", "ha": True}})
                made.add(answer.json()["router"]["id"])
        seen: set[str] = set()
        while not made <= seen:
            change = codec.decode(next(lines).encode(), IntentChange)
            seen |= {router.id for router in change.routers}
