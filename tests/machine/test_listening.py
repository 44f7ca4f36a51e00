"""Doors in namespaces that the process is not in, against the real kernel."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest

from hawser.base.errors import MachineError
from hawser.machine.drivers.listening import listen
from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent.proxy import Answer, Asked
from hawser.node.agent.reception import Reception
from hawser.node.planners.metadata import Door
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run

pytestmark = pytest.mark.kernel
ROUTER = "qrouter-b6206312-878e-497c-8ef7-eb384f8add96"
DOOR = Door(ROUTER, ip_address("0.0.0.0"), 9697, "router", "r")


@pytest.fixture
def namespaces():
    with own_namespaces():
        made = Namespaces()
        made.create(ROUTER)
        run("ip", "-n", ROUTER, "link", "set", "lo", "up")
        yield made
        made.close()


async def asked(namespaces: Namespaces) -> bytes:
    with namespaces.entered(ROUTER):
        connecting = asyncio.open_connection("127.0.0.1", 9697)
        reader, writer = await connecting
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try:
        return await reader.read()
    finally:
        writer.close()


async def answer(door: Door, source: str, request: Asked) -> Answer:
    return Answer(200, f"{door.id} {source} {request.method}".encode())


def test_a_door_is_in_its_namespace_alone_even_where_its_address_is_not_there_yet(namespaces):
    listening = listen(namespaces, ROUTER, ip_address("169.254.169.254"), 80)
    assert "169.254.169.254:80" in run("ip", "netns", "exec", ROUTER, "ss", "-ltn")
    assert "169.254.169.254:80" not in run("ss", "-ltn")
    with pytest.raises(MachineError, match=r"169\.254\.169\.254:80"):
        listen(namespaces, ROUTER, ip_address("169.254.169.254"), 80)
    listening.close()
    with pytest.raises(MachineError, match="no network namespace"):
        listen(namespaces, "qrouter-none", ip_address("0.0.0.0"), 80)


def test_doors_open_with_their_namespaces_and_let_them_go(namespaces):
    async def story() -> None:
        reception = Reception(namespaces, answer)
        await reception.settle({DOOR})
        assert (await asked(namespaces)).endswith(b"r 127.0.0.1 GET")
        namespaces.delete(ROUTER)
        await reception.settle({DOOR})
        assert not reception._desks
        namespaces.create(ROUTER)
        run("ip", "-n", ROUTER, "link", "set", "lo", "up")
        await reception.settle({DOOR})
        assert (await asked(namespaces)).endswith(b"r 127.0.0.1 GET")
        await reception.settle(set())
        with pytest.raises(ConnectionRefusedError):
            await asked(namespaces)

    asyncio.run(story())
