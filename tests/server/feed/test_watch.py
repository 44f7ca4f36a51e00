"""A node watches its intent over HTTP: from nothing, from what it holds, through changes and restarts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from hawser.base.keys import node_key
from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from hawser.wire import codec
from hawser.wire.change import IntentChange, merge
from hawser.wire.digest import digest
from hawser.wire.intent import NodeIntent
from hawser.wire.report import AgentState, PortStatus, Report
from hawser.wire.version import OLDEST, VERSION
from tests.server.stage import SECRET, Stage


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """A real server on a loopback port; its address."""
    config = uvicorn.Config(
        create_app(store, store.settings, NoAuth()), port=0, log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def of_node(host: str, speaks: str = str(VERSION)) -> dict[str, str]:
    """The headers by which a node shows who it is and what it speaks."""
    return {"Authorization": f"Bearer {node_key(SECRET, host)}", "Hawser-Wire": speaks}


class Watch:
    """One stream of a node; `next` gives what it says next."""

    def __init__(self, url: str, host: str, held: NodeIntent | None = None) -> None:
        query = {"since": str(held.revision), "digest": digest(held)} if held else {}
        self._client = httpx.Client(timeout=10, trust_env=False)
        headers = of_node(host)
        path = f"{url}/feed/v1/hosts/{host}/watch"
        self._stream = self._client.stream("GET", path, params=query, headers=headers)
        self._lines = (line for line in self._stream.__enter__().iter_lines() if line)

    def next(self) -> IntentChange:
        return codec.decode(next(self._lines).encode(), IntentChange)

    def close(self) -> None:
        self._stream.__exit__(None, None, None)
        self._client.close()


def start(url: str, host: str) -> tuple[Watch, NodeIntent]:
    watch = Watch(url, host)
    return watch, merge(NodeIntent(host, 0), watch.next())


def test_the_first_line_is_everything_and_changes_follow(stage: Stage):
    with serving(stage.store) as url:
        watch, intent = start(url, "network1")
        assert intent.routers == ()
        router = stage.router(ha=True)
        change = watch.next()
        assert change.base == intent.revision
        intent = merge(intent, change)
        assert [r.id for r in intent.routers] == [router.id]
        watch.close()


def test_each_node_is_told_of_its_own_place(stage: Stage):
    stage.router(ha=True)
    with serving(stage.store) as url:
        seen = {}
        for host in ("network1", "network2"):
            watch, intent = start(url, host)
            seen[host] = intent.routers[0].ha
            watch.close()
    assert seen["network1"].peers == (seen["network2"].address.ip,)
    assert {ha.rank for ha in seen.values()} == {0, 1}


def test_who_holds_the_present_intent_is_sent_no_record_again(stage: Stage):
    stage.router(ha=True)
    with serving(stage.store) as url:
        watch, intent = start(url, "network1")
        watch.close()
        again = Watch(url, "network1", intent)
        change = again.next()
        assert change.empty
        assert merge(intent, change).routers == intent.routers
        again.close()


def test_who_missed_changes_is_sent_the_difference(stage: Stage):
    stage.router(ha=True)
    with serving(stage.store) as url:
        watch, old = start(url, "network1")
        watch.close()
        keeper, intent = start(url, "network1")  # the server remembers what somebody watches
        stage.router(ha=True)
        intent = merge(intent, keeper.next())
        again = Watch(url, "network1", old)
        change = again.next()
        assert change.base == old.revision
        assert len(change.routers) == 1
        assert merge(old, change).routers == intent.routers
        again.close()
        keeper.close()


def test_another_server_sends_everything_to_who_holds_what_it_does_not_know(stage: Stage):
    stage.router(ha=True)
    with serving(stage.store) as url:
        watch, intent = start(url, "network1")
        watch.close()
    stage.router(ha=True)
    with serving(stage.store) as url:
        again = Watch(url, "network1", intent)
        change = again.next()
        assert change.base is None
        assert len(change.routers) == 2
        again.close()


def test_another_servers_commit_is_told_too(stage: Stage, tmp_path):
    other = Stage(Store(stage.store.settings, stage.clock), stage.clock)
    with serving(stage.store) as url:
        watch, _ = start(url, "network1")
        router = other.router(ha=True)
        assert [r.id for r in watch.next().routers] == [router.id]
        watch.close()
    other.store.close()


def test_a_report_is_seen_in_the_api(stage: Stage):
    agent = AgentState("Linux bridge agent", "neutron-linuxbridge-agent", "", 1.0, "10.0.1.9", (), {})
    report = Report(agents=(agent,), ports=(PortStatus("none", True),))
    headers = of_node("compute9")
    with serving(stage.store) as url, httpx.Client(trust_env=False) as client:
        path = f"{url}/feed/v1/hosts/compute9/reports"
        assert client.post(path, headers=headers, content=codec.encode(report)).status_code == 204
        shown = client.get(f"{url}/v2.0/agents?host=compute9").json()["agents"]
    assert [(a["agent_type"], a["alive"]) for a in shown] == [("Linux bridge agent", True)]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", json.dumps({"ports": [{"port_id": 3}]}).encode()])
def test_a_report_that_does_not_fit_changes_nothing(stage: Stage, body: bytes):
    headers = of_node("compute9")
    with serving(stage.store) as url, httpx.Client(trust_env=False) as client:
        assert (
            client.post(f"{url}/feed/v1/hosts/compute9/reports", headers=headers, content=body).status_code
            == 400
        )
        assert client.get(f"{url}/v2.0/agents?host=compute9").json()["agents"] == []


def test_only_a_nodes_own_key_opens_its_stream(stage: Stage):
    with serving(stage.store) as url, httpx.Client(trust_env=False) as client:
        for key in (
            "",
            "Bearer x",
            f"Bearer {node_key(SECRET, 'network2')}",
            f"Basic {node_key(SECRET, 'network1')}",
        ):
            headers = {"Authorization": key} if key else {}
            assert client.get(f"{url}/feed/v1/hosts/network1/watch", headers=headers).status_code == 401


def test_a_node_of_the_release_before_is_served_by_upgraded_servers(stage: Stage):
    with serving(stage.store) as url, httpx.Client(trust_env=False, timeout=10) as client:
        path = f"{url}/feed/v1/hosts/network1"
        headers = of_node("network1", str(OLDEST))
        with client.stream("GET", f"{path}/watch", headers=headers) as stream:
            assert stream.status_code == 200
            assert codec.decode(next(stream.iter_lines()).encode(), IntentChange).host == "network1"
        report = codec.encode(Report())
        assert client.post(f"{path}/reports", headers=headers, content=report).status_code == 204


@pytest.mark.parametrize(
    ("speaks", "words"),
    [
        (str(VERSION + 1), "upgrade the servers first"),
        (str(OLDEST - 1), "upgrade the node"),
        ("", "does not say"),
    ],
)
def test_a_node_that_speaks_another_version_is_told_so(stage: Stage, speaks: str, words: str):
    with serving(stage.store) as url, httpx.Client(trust_env=False) as client:
        answer = client.get(f"{url}/feed/v1/hosts/network1/watch", headers=of_node("network1", speaks))
    assert answer.status_code == 400
    assert words in answer.json()["error"]
