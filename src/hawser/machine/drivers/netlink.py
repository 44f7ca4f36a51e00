"""Netlink sockets: framing, attributes, batches of requests, dumps (RFC 3549, linux/netlink.h).

Knows nothing of links or routes: see `rtnetlink`. Numbers are in the machine's byte order unless a name says
``be``. A socket stays in the network namespace that it was opened in.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hawser.base.errors import MachineError

ROUTE, NETFILTER = 0, 12
"""The families of netlink that are used here."""

CREATE, EXCL, REPLACE, APPEND = 0x400, 0x200, 0x100, 0x800
"""Flags of a request that makes something."""

_REQUEST, _ACK, _DUMP = 0x1, 0x4, 0x300
_ERROR, _DONE = 2, 3
_INTERRUPTED, _CAPPED, _WORDS = 0x10, 0x100, 0x200
_SOL_NETLINK, _EXT_ACK, _CAP_ACK, _SO_RCVBUFFORCE, _SO_NETNS_COOKIE = 270, 11, 10, 33, 71
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_ERRNO = struct.Struct("=i")
_NESTED = 0x8000
_BATCH = 64
_PATIENCE = 5.0
"""Seconds; the kernel answers while it takes the request, so this is never reached on a sound machine."""


@dataclass(frozen=True, slots=True)
class Request:
    """A message to the kernel: its type, flags beyond the usual ones, header and attributes."""

    kind: int
    body: bytes
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the kernel did not do it: the errno, and its own words where it has any."""

    errno: int
    words: str

    def __str__(self) -> str:
        """As one phrase."""
        return os.strerror(self.errno) + (f" ({self.words})" if self.words else "")


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded to four bytes."""
    return _ATTRIBUTE.pack(len(value) + 4, kind) + value + bytes(-len(value) % 4)


def text(kind: int, value: str) -> bytes:
    """A string that ends in zero."""
    return attribute(kind, value.encode() + b"\0")


def u8(kind: int, value: int) -> bytes:
    """A number of 8 bits."""
    return attribute(kind, bytes((value,)))


def u16(kind: int, value: int) -> bytes:
    """A number of 16 bits."""
    return attribute(kind, value.to_bytes(2, "little" if _LITTLE else "big"))


def be16(kind: int, value: int) -> bytes:
    """A number of 16 bits in network byte order."""
    return attribute(kind, value.to_bytes(2, "big"))


def u32(kind: int, value: int) -> bytes:
    """A number of 32 bits."""
    return attribute(kind, struct.pack("=I", value))


def nest(kind: int, *attributes: bytes) -> bytes:
    """Attributes within an attribute."""
    return attribute(kind | _NESTED, b"".join(attributes))


def attributes(data: bytes, start: int = 0) -> dict[int, bytes]:
    """The attributes in ``data`` from ``start`` on, by number; of several with one number the last."""
    found: dict[int, bytes] = {}
    end = len(data) - 3
    while start < end:
        length, kind = _ATTRIBUTE.unpack_from(data, start)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[start + 4 : start + length]
        start += (length + 3) & ~3
    return found


def number(data: bytes) -> int:
    """A number in the machine's byte order."""
    return int.from_bytes(data, "little" if _LITTLE else "big")


def string(data: bytes) -> str:
    """A string that ends in zero."""
    return data.rstrip(b"\0").decode()


_LITTLE = struct.pack("=H", 1)[0] == 1


class Socket:
    """A netlink socket in the calling thread's network namespace; ``groups`` is a mask of what to hear of."""

    def __init__(self, family: int = ROUTE, groups: int = 0) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
        self._socket.setsockopt(_SOL_NETLINK, _EXT_ACK, 1)
        self._socket.setsockopt(_SOL_NETLINK, _CAP_ACK, 1)
        self._socket.settimeout(0 if groups else _PATIENCE)
        self._socket.bind((0, groups))
        self._sequence = 0

    def fileno(self) -> int:
        """For an event loop."""
        return self._socket.fileno()

    def close(self) -> None:
        """Let go of the socket, and with it of its namespace."""
        self._socket.close()

    def request(self, requests: Sequence[Request]) -> list[Refusal | None]:
        """Send ``requests`` in few batches; answer each with None or the kernel's refusal, in order.

        A refused request does not stop those after it.
        """
        answers: list[Refusal | None] = []
        for start in range(0, len(requests), _BATCH):
            answers += self._batch(requests[start : start + _BATCH])
        return answers

    def _batch(self, requests: Sequence[Request]) -> list[Refusal | None]:
        """Errors always come back; only the last request asks for an acknowledgement of success."""
        first = self._sequence + 1
        last = self._sequence = self._sequence + len(requests)
        messages = (
            _message(request.kind, request.flags | (_ACK if number == last else 0), number, request.body)
            for number, request in enumerate(requests, first)
        )
        self._socket.send(b"".join(messages))
        refused: dict[int, Refusal] = {}
        for kind, flags, number, body in self._replies():
            if kind == _ERROR and first <= number <= last:
                if refusal := _refusal(flags, body):
                    refused[number] = refusal
                if number == last:
                    break
        return [refused.get(number) for number in range(first, last + 1)]

    def cookie(self) -> int:
        """The number of the socket's namespace, which none had before it since the machine started."""
        found = self._socket.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, 8)
        return int.from_bytes(found, sys.byteorder)

    def ask(self, kind: int, body: bytes) -> bytes:
        """The one answer to a question. Raises MachineError with the kernel's words."""
        (answer,) = self._exchange(kind, _ACK, body)[0]
        return answer[1]

    def dump(self, kind: int, body: bytes) -> list[tuple[int, bytes]]:
        """All that the kernel lists for a request, as (type, body); asked again when the list changed meanwhile.

        Raises MachineError with the kernel's words.
        """
        while True:
            found, interrupted = self._exchange(kind, _DUMP, body)
            if not interrupted:
                return found

    def _exchange(self, kind: int, flags: int, body: bytes) -> tuple[list[tuple[int, bytes]], bool]:
        """What came up to the end of the list, or the acknowledgement; and whether a list changed meanwhile."""
        self._sequence += 1
        self._socket.send(_message(kind, flags, self._sequence, body))
        found: list[tuple[int, bytes]] = []
        interrupted = False
        for got, marks, number, content in self._replies():
            if number != self._sequence:
                continue
            interrupted = interrupted or bool(marks & _INTERRUPTED)
            if got == _ERROR and (refusal := _refusal(marks, content)):
                raise MachineError(f"The kernel refused to tell (netlink message {kind}): {refusal}.")
            if got in (_ERROR, _DONE):
                break
            found.append((got, content))
        return found, interrupted

    def _replies(self) -> Iterator[tuple[int, int, int, bytes]]:
        """(type, flags, sequence number, body) without end."""
        while True:
            try:
                data = self._socket.recv(1 << 18)
            except TimeoutError:
                raise MachineError("The kernel did not answer a netlink request; look into dmesg.") from None
            yield from _messages(data)

    def drain(self) -> bool:
        """Throw away what has arrived; whether anything had. For sockets that listen to groups."""
        heard = False
        while True:
            try:
                self._socket.recv(1 << 18)
            except BlockingIOError:
                return heard
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
            heard = True


def _message(kind: int, flags: int, number: int, body: bytes) -> bytes:
    return _HEADER.pack(16 + len(body), kind, flags | _REQUEST, number, 0) + body + bytes(-len(body) % 4)


def _messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    start = 0
    while start + 16 <= len(data):
        length, kind, flags, number, _ = _HEADER.unpack_from(data, start)
        yield kind, flags, number, data[start + 16 : start + length]
        start += (length + 3) & ~3


def _refusal(flags: int, body: bytes) -> Refusal | None:
    """An error message: the errno, the header of the request, then attributes; 1 is a string for people."""
    (code,) = _ERRNO.unpack_from(body)
    if code == 0:
        return None
    (length,) = struct.unpack_from("=I", body, 4)
    words = ""
    if flags & _WORDS:
        start = 20 if flags & _CAPPED else 4 + ((length + 3) & ~3)
        words = string(attributes(body, start).get(1, b""))
    return Refusal(-code, words)
