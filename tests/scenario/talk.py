"""A TCP conversation between an instance and the host outside, which tells whether it lived and its longest stall."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hawser.lab.environments import own
from tests.scenario.world import World

_ECHO = """
import socket, threading
listening = socket.create_server(("203.0.113.1", 7777))
def echo(peer):
    while data := peer.recv(65536):
        peer.sendall(data)
while True:
    threading.Thread(target=echo, args=(listening.accept()[0],), daemon=True).start()
"""
_CHAT = """
import select, socket, sys, time
peer = socket.create_connection(("203.0.113.1", 7777), 5)
peer.settimeout(10)
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("connected", flush=True)
last, worst = time.monotonic(), 0
while not select.select([sys.stdin], [], [], 0.02)[0]:
    peer.sendall(b"x" * 100)
    got = b""
    while len(got) < 100:
        part = peer.recv(100 - len(got))
        assert part, "closed"
        got += part
    now = time.monotonic()
    worst, last = max(worst, now - last), now
print(f"survived, longest stall {worst * 1000:.0f} ms")
"""


@contextmanager
def echoing(world: World) -> Iterator[None]:
    """While this lasts, the host outside answers instances."""
    server = world.lab.node("outside").popen(["python3", "-c", _ECHO])
    time.sleep(0.5)
    try:
        yield
    finally:
        server.terminate()
        server.wait(10)


def chat(world: World, place: tuple[str, str]) -> subprocess.Popen[str]:
    """The conversation of an instance, by its node and its name. It goes on until it is asked for its last words
    (`communicate`); ``survived`` is among them if it did."""
    node, name = place
    words = [str(own("hawser")), "cloud", "exec", name, "--", "python3", "-c", _CHAT]
    begun = world.lab.node(node).popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert begun.stdout is not None
    assert begun.stdout.readline() == "connected\n"
    return begun
