"""What is connected stays connected while its router moves, again and again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]
HAWSER = str(Path(sys.executable).parent / "hawser")

ECHO = """
import socket, threading
listening = socket.create_server(("203.0.113.1", 7777))
def echo(peer):
    while data := peer.recv(65536):
        peer.sendall(data)
while True:
    threading.Thread(target=echo, args=(listening.accept()[0],), daemon=True).start()
"""
CHAT = """
import socket, sys, time
peer = socket.create_connection(("203.0.113.1", 7777), 5)
peer.settimeout(10)
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("connected", flush=True)
last, worst = time.monotonic(), 0
end = last + float(sys.argv[1])
while last < end:
    peer.sendall(b"x" * 100)
    got = b""
    while len(got) < 100:
        part = peer.recv(100 - len(got))
        assert part, "closed"
        got += part
    now = time.monotonic()
    worst, last = max(worst, now - last), now
    time.sleep(0.02)
print(f"survived, longest stall {worst * 1000:.0f} ms")
"""


@pytest.fixture
def echo(world: World) -> Iterator[None]:
    server = world.lab.node("outside").popen(["python3", "-c", ECHO])
    time.sleep(0.5)
    yield
    server.terminate()
    server.wait(10)


@pytest.fixture
def hidden(world: World) -> Iterator[tuple[str, str]]:
    """An instance without a floating IP: its node and its name. It goes out by the gateway's address."""
    image = world.server["image"]["id"]
    wanted = {"name": "hidden", "imageRef": image, "flavorRef": "1", "networks": [{"uuid": world.tenant}]}
    server = world.demo.compute("POST", "servers", {"server": wanted})["server"]["id"]
    until(lambda: _shown(world, server)["status"] == "ACTIVE", 30, "the instance is ACTIVE")
    yield _shown(world, server)["hostId"], "hidden"
    world.demo.compute("DELETE", f"servers/{server}")


def _shown(world: World, server: str) -> dict:
    return world.demo.compute("GET", f"servers/{server}")["server"]


def _chat(world: World, place: tuple[str, str], seconds: int) -> subprocess.Popen[str]:
    node, name = place
    words = [HAWSER, "cloud", "exec", name, "--", "python3", "-c", CHAT, str(seconds)]
    chat = world.lab.node(node).popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert chat.stdout is not None
    assert chat.stdout.readline() == "connected\n"
    return chat


@pytest.mark.usefixtures("echo")
def test_tcp_through_snat_and_floating_ip_survives_two_power_cuts(world: World, hidden: tuple[str, str]):
    chats = [_chat(world, hidden, 22), _chat(world, (world.server["hostId"], "one"), 22)]
    time.sleep(1)
    for _ in range(2):
        before = world.settle()
        world.lab.fail(before, Fault.POWER)
        until(lambda gone=before: world.masters() == [world.other(gone)], 10, "the other node takes over")
        time.sleep(1)
        world.lab.heal(before)
        world.settle()
        time.sleep(2)
    for chat in chats:
        said, _ = chat.communicate(timeout=60)
        assert "survived" in said, said
