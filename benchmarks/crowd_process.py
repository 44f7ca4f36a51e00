"""A program for a lab's node: ping many addresses at once, INTERVAL seconds apart, until standard input ends.

    python crowd_process.py INTERVAL ADDRESS...

It writes a line for each answer: when it came (seconds since the epoch), from which address, and to which of the
requests to it. They are counted by 16 bits: it can run for 65536 intervals. Only the standard library, for it runs by
itself.
"""

import os
import selectors
import socket
import struct
import sys
import time
from contextlib import suppress

_STAMPED = 35
"""SO_TIMESTAMPNS: the kernel notes when each packet came."""
_LARGE = 33
"""SO_RCVBUFFORCE: as much as root likes."""


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _request(identity: int, number: int) -> bytes:
    head = struct.pack("!BBHHH", 8, 0, 0, identity, number)
    return struct.pack("!BBHHH", 8, 0, _checksum(head), identity, number)


def _send(ear: socket.socket, message: bytes, address: str) -> None:
    with suppress(OSError):  # nobody answers there yet
        ear.sendto(message, (address, 0))


def _came(notes: list[tuple[int, int, bytes]]) -> float:
    """When the kernel got a packet: this program may have waited for a processor since."""
    seconds, nanoseconds = struct.unpack("qq", notes[0][2])
    return float(seconds + nanoseconds / 1e9)


def _hear(ear: socket.socket, identity: int) -> None:
    """Write down all answers that have come."""
    lines = []
    while True:
        try:
            packet, notes, _, (sender, _) = ear.recvmsg(256, 64)
        except BlockingIOError:
            break
        kind, _, _, whose, number = struct.unpack_from("!BBHHH", packet, (packet[0] & 15) * 4)
        if (kind, whose) == (0, identity):
            lines.append(f"{_came(notes):.6f} {sender} {number}\n")
    sys.stdout.writelines(lines)
    sys.stdout.flush()


def _ear() -> socket.socket:
    """It keeps what comes while this program waits for a processor: that is not lost."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    ear.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
    ear.setsockopt(socket.SOL_SOCKET, _LARGE, 16 << 20)
    ear.setblocking(False)
    return ear


def main(interval: float, addresses: list[str]) -> None:
    """Ping until standard input ends, ahead of what else wants a processor: the one who measures shall not wait."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    ear, identity, number = _ear(), os.getpid() & 0xFFFF, 0
    ready = selectors.DefaultSelector()
    ready.register(ear, selectors.EVENT_READ)
    ready.register(sys.stdin, selectors.EVENT_READ)
    pause, due = interval / len(addresses), time.monotonic()
    while True:
        # One that is late sends fewer, not all at once: there would be no end to catching up.
        due = max(due, time.monotonic() - interval)
        for turn, which in (divmod(n, len(addresses)) for n in range(number, number + len(addresses))):
            if due > time.monotonic():
                break
            _send(ear, _request(identity, turn & 0xFFFF), addresses[which])
            number, due = number + 1, due + pause
        for key, _ in ready.select(max(0.0, due - time.monotonic())):
            if key.fileobj is sys.stdin:
                return
            _hear(ear, identity)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
