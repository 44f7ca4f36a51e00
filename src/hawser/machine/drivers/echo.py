"""Echo requests (ping; RFC 792, RFC 4443) without a process: a raw socket in a namespace, for one family.

The kernel of the other side answers, whatever its processes do. An answer counts if it bears what this socket
sent: its random identifier and token.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

from hawser.base.addresses import Address
from hawser.base.errors import MachineError
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.items.item import ROOT

_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}
_ICMP_FILTER = 1  # the option's name in linux/icmp.h and linux/icmpv6.h
_SOL_RAW = 255
_FREEBIND = {4: (socket.IPPROTO_IP, 15), 6: (socket.IPPROTO_IPV6, 78)}
_HEADER = struct.Struct("!BBHHH")


class Echo:
    """``fileno()`` becomes readable when there are answers. ``source`` need not be on the machine yet.

    The socket keeps its namespace alive: close it before the namespace goes. Raises MachineError where there is
    no such namespace.
    """

    def __init__(
        self, namespaces: Namespaces, version: int, netns: str = ROOT, source: Address | None = None
    ) -> None:
        family, protocol = (socket.AF_INET, socket.IPPROTO_ICMP)
        if version == 6:
            family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6)
        try:
            with namespaces.entered(netns):
                self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        except OSError as error:
            raise MachineError(f"Cannot open a raw socket: {error.strerror}. Run as root.") from None
        self._socket.setblocking(False)
        self._version = version
        self._mark = os.urandom(10)
        self._hear_answers_only()
        if source is not None:
            self._socket.setsockopt(*_FREEBIND[version], 1)
            self._socket.bind((str(source), 0))

    def _hear_answers_only(self) -> None:
        reply = _REPLY[self._version]
        words = [0xFFFFFFFF] * (1 if self._version == 4 else 8)
        words[reply // 32] &= ~(1 << reply % 32)
        level = _SOL_RAW if self._version == 4 else socket.IPPROTO_ICMPV6
        self._socket.setsockopt(level, _ICMP_FILTER, struct.pack(f"={len(words)}I", *words))

    def fileno(self) -> int:
        """For an event loop."""
        return self._socket.fileno()

    def ask(self, address: Address) -> None:
        """Send one request. A network that cannot take it now is as one that does not answer."""
        identifier = int.from_bytes(self._mark[:2], "big")
        packet = _HEADER.pack(_REQUEST[self._version], 0, 0, identifier, 0) + self._mark[2:]
        if self._version == 4:  # the kernel itself sums up those of IPv6
            packet = packet[:2] + struct.pack("!H", _checksum(packet)) + packet[4:]
        with suppress(OSError):
            self._socket.sendto(packet, (str(address), 0))

    def answers(self) -> Iterator[Address]:
        """Who has answered since the last call."""
        while True:
            try:
                data, (host, *_) = self._socket.recvfrom(512)
            except OSError:  # nothing more, or what the network said of an earlier request
                return
            start = (data[0] & 0xF) * 4 if self._version == 4 else 0
            if data[start + 4 : start + 6] + data[start + 8 :] == self._mark:
                yield ip_address(host.partition("%")[0])

    def close(self) -> None:
        """Let go of the socket, and with it of its namespace."""
        self._socket.close()


def _checksum(packet: bytes) -> int:
    """The one's complement of the one's complement sum of all 16-bit words (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
