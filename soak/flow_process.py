"""A program for a node: an echo of TCP and UDP, or one connection to it that is spoken on twenty times a second.

    python flow_process.py serve ADDRESS PORT
    python flow_process.py tcp|udp ADDRESS PORT

A speaker writes a line for each answer, when it came (seconds since the epoch), and first the port that it speaks
from; when the connection ends it says why, and ends. Only the standard library, for it runs by itself.
"""

import socket
import sys
import threading
import time
from contextlib import suppress

INTERVAL = 0.05
LENGTH = 64
PATIENCE = 8.0
"""Seconds in which a connection comes to be."""


def serve(address: str, port: int) -> None:
    """Give back what comes; to UDP also from where it came, as this end sees it."""
    threading.Thread(target=_serve_udp, args=(address, port), daemon=True).start()
    listening = socket.create_server((address, port))
    while True:
        threading.Thread(target=_echo, args=(listening.accept()[0],), daemon=True).start()


def _echo(peer: socket.socket) -> None:
    with suppress(OSError), peer:
        while data := peer.recv(65536):
            peer.sendall(data)


def _serve_udp(address: str, port: int) -> None:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.bind((address, port))
    while True:
        _, sender = ear.recvfrom(2048)
        with suppress(OSError):
            ear.sendto(repr(sender).encode(), sender)


def speak_tcp(address: str, port: int) -> None:
    """Until the connection ends, which is said by an exception."""
    peer = _connect(address, port)
    peer.settimeout(None)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _say(peer.getsockname()[1])
    while True:
        peer.sendall(b"x" * LENGTH)
        left = LENGTH
        while left:
            part = peer.recv(left)
            if not part:
                raise ConnectionError("the other end closed it")
            left -= len(part)
        _say(f"{time.time():.3f}")
        time.sleep(INTERVAL)


def _connect(address: str, port: int) -> socket.socket:
    """The other end may not listen yet."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection((address, port), 1)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(INTERVAL)


def speak_udp(address: str, port: int) -> None:
    """Until the other end sees it come from elsewhere: then it is another connection."""
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.connect((address, port))
    peer.settimeout(INTERVAL)
    _say(peer.getsockname()[1])
    seen = b""
    while True:
        with suppress(OSError):
            peer.send(b"x" * LENGTH)
        try:
            heard = peer.recv(2048)
        except OSError:
            continue
        if seen and heard != seen:
            raise ConnectionError(f"it comes from {heard.decode()}, and came from {seen.decode()}")
        seen = heard
        _say(f"{time.time():.3f}")
        time.sleep(INTERVAL)


def _say(word: object) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    deeds = {"serve": serve, "tcp": speak_tcp, "udp": speak_udp}
    try:
        deeds[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
    except OSError as error:
        _say(f"ended: {error}")
