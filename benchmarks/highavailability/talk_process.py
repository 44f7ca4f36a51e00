"""A program for a lab's node: a conversation that lasts, over TCP or UDP.

    python talk_process.py echo PORT                            send back what comes, to whom it came from
    python talk_process.py talk tcp|udp ADDRESS PORT INTERVAL   say something every INTERVAL seconds

The one who talks never waits for an answer before it says more, and never connects anew. It writes a line for each
time that something came back: when (seconds since the epoch). Both end when standard input does; who talks ends with
status 1 when its connection is over. By UDP the echo answers only the first one who spoke: who comes from elsewhere
later (a router that forgot how it translated) is not heard. Only the standard library, for it runs by itself.
"""

import selectors
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

WORDS = bytes(64)
CONGESTION = b"cubic"
"""Linux's default, which instances have, whatever this machine's is: it decides when TCP tries again."""


def echo(port: int) -> None:
    """Answer on all addresses until standard input ends."""
    ready = selectors.DefaultSelector()
    ready.register(sys.stdin, selectors.EVENT_READ)
    door = socket.create_server(("", port))
    ready.register(door, selectors.EVENT_READ)
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.bind(("", port))
    ready.register(ear, selectors.EVENT_READ)
    first = None
    while True:
        for key, _ in ready.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is door:
                ready.register(door.accept()[0], selectors.EVENT_READ)
            elif key.fileobj is ear:
                words, speaker = ear.recvfrom(2048)
                first = first or speaker
                if speaker == first:
                    ear.sendto(words, speaker)
            else:
                _echo_back(ready, key.fileobj)


def _echo_back(ready: selectors.BaseSelector, peer: object) -> None:
    """Of TCP, what has come; a peer that is gone is forgotten."""
    assert isinstance(peer, socket.socket)
    try:
        words = peer.recv(65536)
        if words:
            peer.sendall(words)
            return
    except OSError:
        pass
    ready.unregister(peer)
    peer.close()


def talk(kind: str, address: str, port: int, interval: float) -> None:
    """Talk until standard input ends; OSError when the connection does."""
    peer, say = _over_tcp(address, port) if kind == "tcp" else _over_udp(address, port)
    peer.setblocking(False)
    ready = selectors.DefaultSelector()
    ready.register(sys.stdin, selectors.EVENT_READ)
    ready.register(peer, selectors.EVENT_READ)
    due = time.monotonic()
    while True:
        if due <= time.monotonic():
            with suppress(BlockingIOError):  # a full buffer takes no more for now: a stall, not an end
                say()
            due += interval
        for key, _ in ready.select(max(0.0, due - time.monotonic())):
            if key.fileobj is sys.stdin:
                return
            _hear(peer)


def _over_tcp(address: str, port: int) -> tuple[socket.socket, Callable[[], int]]:
    peer = socket.create_connection((address, port), 10)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, CONGESTION)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer, partial(peer.send, WORDS)


def _over_udp(address: str, port: int) -> tuple[socket.socket, Callable[[], int]]:
    """Not connected: then "unreachable" from somewhere is no error of the socket's."""
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return peer, partial(peer.sendto, WORDS, (address, port))


def _hear(peer: socket.socket) -> None:
    """One line for all that has come."""
    try:
        words = peer.recv(65536)
    except BlockingIOError:
        return
    if not words:
        raise ConnectionResetError("the connection was closed")
    print(f"{time.time():.6f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        echo(int(sys.argv[2]))
    else:
        talk(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
