"""From an instance's connection to the compute service's metadata and back, over real sockets: the agent's doors, the
server's feed, and the lab's own compute service."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hawser.base.keys import instance_signature, node_key
from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent import proxy, reception
from hawser.node.agent.proxy import Proxy
from hawser.node.agent.reception import Desk
from hawser.node.planners.metadata import Door
from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.model.port import WantedIp
from tests.node import samples
from tests.server.stage import SECRET, Stage

pytestmark = [pytest.mark.service, pytest.mark.timeout(60)]
HERE = "127.0.0.1"


@contextmanager
def serving(app: object) -> Iterator[int]:
    """A real server on a loopback port."""
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


async def _echo(request: Request) -> Response:
    if request.url.path == "/large":
        return Response(b"x" * (proxy.LARGEST_ANSWER + 1))
    if request.url.path == "/slow":
        await asyncio.sleep(5)
    return JSONResponse({**request.headers, "path": str(request.url.path), "query": request.url.query})


@pytest.fixture
def world(stage: Stage) -> Iterator[dict]:
    """An instance of demo's behind a router of network1's, with the address of this host's loopback; and who asks."""
    lan, router = stage.network(), stage.router(ha=True)
    subnet = stage.subnet(lan, "127.0.0.0/28", gateway_ip=ip_address("127.0.0.14"), enable_dhcp=False)
    stage.subnet(lan, "10.0.0.0/24")
    stage.joined(router, subnet)
    wanted = (WantedIp(address=ip_address(HERE)),)
    stage.port(lan, fixed_ips=wanted, device_id="instance-1", device_owner="compute:nova")
    with (
        serving(create_app(stage.store, stage.store.settings, NoAuth())) as servers,
        serving(Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "HEAD", "POST"])])) as compute,
    ):
        settings = samples.settings(
            server_urls=(f"http://127.0.0.1:{servers}",),
            node_key=node_key(SECRET, "network1"),
            nova_metadata_host="127.0.0.1",
            nova_metadata_port=compute,
            metadata_proxy_shared_secret="shared",
        )
        yield {"settings": settings, "door": Door("", ip_address(HERE), 0, "router", router.id), "lan": lan}


def asked(world: dict, *requests: bytes, source: str = HERE) -> list[bytes]:
    """What each of these is answered, one after the other, by an agent of these settings."""

    async def ask() -> list[bytes]:
        one = Proxy(world["settings"])
        desk = Desk(world["door"], 1, one.answer)
        await desk.open(Namespaces())
        port = desk._server.sockets[0].getsockname()[1]
        try:
            return [await _exchange(port, request, source) for request in requests]
        finally:
            desk.close()
            await one.close()

    return asyncio.run(ask())


async def _exchange(port: int, request: bytes, source: str = HERE) -> bytes:
    reader, writer = await asyncio.open_connection(HERE, port, local_addr=(source, 0))
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def get(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 169.254.169.254", *lines, "", ""]).encode()


def test_the_compute_service_is_told_who_asks_and_nothing_that_the_instance_says_of_itself(world):
    forged = [
        "X-Instance-ID: other",
        "x_instance_id: other",
        "X-Tenant-ID: other",
        "X-Forwarded-For: 192.0.2.1",
    ]
    (answer,) = asked(world, get("/latest/meta-data/?a=b", *forged, "Accept: text/plain"))
    head, _, body = answer.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200")
    assert '"x-instance-id":"instance-1"' in body
    assert '"x-tenant-id":"demo"' in body
    assert f'"x-instance-id-signature":"{instance_signature("shared", "instance-1")}"' in body
    assert f'"x-forwarded-for":"{HERE}"' in body
    assert '"path":"/latest/meta-data/","query":"a=b"' in body
    assert '"accept":"text/plain"' in body
    assert "other" not in body
    assert "192.0.2.1" not in body


def test_who_is_no_instance_behind_this_router_of_this_node_is_told_nothing(world):
    door = world["door"]
    for other in (replace(door, id="another"), replace(door, noun="network", id="another")):
        assert asked({**world, "door": other}, get("/"))[0].startswith(b"HTTP/1.1 404")
    assert asked(world, get("/"), source="127.0.0.3")[0].startswith(b"HTTP/1.1 404")
    stranger = replace(world["settings"], host="network9", node_key=node_key(SECRET, "network9"))
    assert asked({**world, "settings": stranger}, get("/"))[0].startswith(b"HTTP/1.1 404")


def test_in_a_network_the_dhcp_servers_node_finds_its_instance(world):
    door = replace(world["door"], noun="network", id=world["lan"].id)
    (answer,) = asked({**world, "door": door}, get("/"))
    assert b'"x-instance-id":"instance-1"' in answer


def test_a_neighbour_that_does_not_answer_or_answers_too_much_is_named(world, monkeypatch):
    monkeypatch.setattr(proxy, "PATIENCE", 1.0)
    nobody = {**world, "settings": replace(world["settings"], nova_metadata_port=1)}
    (answer,) = asked(nobody, get("/"))
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"compute service does not answer" in answer
    nobody = {**world, "settings": replace(world["settings"], server_urls=("http://127.0.0.1:1",))}
    (answer,) = asked(nobody, get("/"))
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"networking service does not answer" in answer
    large, slow = asked(world, get("/large"), get("/slow"))
    assert large.startswith(b"HTTP/1.1 502")
    assert slow.startswith(b"HTTP/1.1 503")


def test_what_is_no_request_or_too_large_is_refused_and_who_is_silent_is_hung_up_on(world, monkeypatch):
    monkeypatch.setattr(reception, "PATIENCE", 0.5)
    post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n"
    answers = asked(
        world,
        b"nonsense\r\n\r\n",
        get("http://192.0.2.1/"),
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40000 + b"\r\n\r\n",
        post + b"x" * 65537,
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        get("/").replace(b"GET", b"HEAD"),
    )
    assert [answer[9:12] for answer in answers] == [b"400", b"400", b"431", b"413", b"", b"200"]


def test_nobody_has_more_connections_than_his_share(world, monkeypatch):
    monkeypatch.setattr(reception, "OF_ONE", 2)

    async def ask() -> list[bytes]:
        one = Proxy(world["settings"])
        desk = Desk(world["door"], 1, one.answer)
        await desk.open(Namespaces())
        port = desk._server.sockets[0].getsockname()[1]
        slow = [asyncio.create_task(_exchange(port, get("/slow"))) for _ in range(2)]
        await asyncio.sleep(0.5)
        third = await _exchange(port, get("/"))
        desk.close()
        held = await asyncio.wait_for(asyncio.gather(*slow), 2)
        await one.close()
        return [third, *held]

    assert asyncio.run(ask()) == [b"", b"", b""]
