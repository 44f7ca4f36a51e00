"""A heartbeat of a virtual router (VRRP) that no keepalived sends: versions 3 (RFC 5798) and 2 (RFC 3768)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from hawser.base.addresses import Address
from hawser.base.errors import MachineError
from hawser.machine.drivers.checksum import checksum
from hawser.machine.drivers.namespaces import Namespaces

PROTOCOL = 112
LEAVES = 0
"""The priority of a master that takes part no longer (RFC 5798, section 5.2.4)."""
LOWEST = 1
"""The lowest priority of who takes part. A master that hears one lower than its own announces itself again."""
_NO_AUTHENTICATION = bytes(8)
_EVERY_HOP = 255


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``primary`` is the first virtual address (IPv4), ``interval`` in seconds between two of them."""

    version: int
    vrid: int
    priority: int
    interval: float
    primary: Address

    def packet(self, source: Address, destination: Address) -> bytes:
        """What follows the IP header; the addresses are part of version 3's sum."""
        head = struct.pack("!BBBB", self.version << 4 | 1, self.vrid, self.priority, 1)
        if self.version == 2:
            body = struct.pack("!BB", 0, round(self.interval))
            return _summed(head + body, self.primary.packed + _NO_AUTHENTICATION, b"")
        body = struct.pack("!H", round(self.interval * 100))
        size = struct.pack("!HH", PROTOCOL, len(head) + len(body) + 2 + 4)
        return _summed(head + body, self.primary.packed, source.packed + destination.packed + size)


def send(
    namespaces: Namespaces, netns: str, heartbeat: Heartbeat, own: Address, peers: Iterable[Address]
) -> None:
    """Send one to each peer, from ``own``, an address in the namespace. Nobody hears of one that cannot be sent."""
    with suppress(MachineError, OSError):
        with namespaces.entered(netns):
            voice = socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, PROTOCOL)
        with voice:
            voice.setblocking(False)
            voice.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, _EVERY_HOP)
            voice.bind((str(own), 0))
            for peer in peers:
                voice.sendto(heartbeat.packet(own, peer), (str(peer), 0))


def _summed(before: bytes, after: bytes, pseudo: bytes) -> bytes:
    return before + struct.pack("!H", checksum(pseudo + before + b"\0\0" + after)) + after
