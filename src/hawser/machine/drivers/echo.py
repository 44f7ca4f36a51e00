"""Echo requests (ping; RFC 792, RFC 4443) without a process: a raw socket in a namespace, for one family.

The kernel of the other side answers, whatever its processes do. An answer counts if it bears what this socket
sent: its random identifier and token.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

from hawser.base.addresses import Address
from hawser.base.errors import MachineError
from hawser.machine.drivers.checksum import checksum
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.items.item import ROOT

_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}
_ICMP_FILTER = 1  # the option's name in linux/icmp.h and linux/icmpv6.h
_SOL_RAW = 255
_FREEBIND = {4: (socket.IPPROTO_IP, 15), 6: (socket.IPPROTO_IPV6, 78)}
_HEADER = struct.Struct("!BBHHH")
_ASKED = 3
"""How often one that does not answer is asked."""


class Echo:
    """``fileno()`` becomes readable when there are answers. ``source`` need not be on the machine yet; through
    ``link`` all goes, where it is given.

    The socket keeps its namespace alive: close it before the namespace goes. Raises MachineError where there is
    no such namespace.
    """

    def __init__(
        self,
        namespaces: Namespaces,
        version: int,
        netns: str = ROOT,
        source: Address | None = None,
        link: str = "",
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
        if link:
            with suppress(OSError):  # through one that is gone nobody is reached
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.encode())
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
            packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
        with suppress(OSError):
            self._socket.sendto(packet, (str(address), 0))

    def ask_all(self, addresses: Collection[Address]) -> None:
        """Send one request to each that is of this socket's family."""
        for address in addresses:
            if address.version == self._version:
                self.ask(address)

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


@dataclass(frozen=True, slots=True)
class Target:
    """Hosts that are reached through ``link`` from a namespace; one that answers is enough."""

    netns: str
    link: str
    addresses: tuple[Address, ...]


def answering(namespaces: Namespaces, targets: Collection[Target], patience: float) -> set[Target]:
    """Those of which a host answers within ``patience`` seconds. All are asked at once, by a socket each that is open
    meanwhile; waits for the last."""
    waiting: dict[int, tuple[Echo, Target]] = {}
    for target in targets:
        for version in {address.version for address in target.addresses}:
            with suppress(MachineError):  # the namespace is going
                echo = Echo(namespaces, version, target.netns, link=target.link)
                waiting[echo.fileno()] = echo, target
    found: set[Target] = set()
    try:
        for _ in range(_ASKED):
            silent = [(echo, target) for echo, target in waiting.values() if target not in found]
            for echo, target in silent:
                echo.ask_all(target.addresses)
            found |= _heard(waiting, len({target for _, target in silent}), patience / _ASKED)
    finally:
        for echo, _ in waiting.values():
            echo.close()
    return found


def _heard(waiting: dict[int, tuple[Echo, Target]], expected: int, patience: float) -> set[Target]:
    """Who answers within ``patience``; no longer than until as many have as are expected."""
    poll = select.poll()
    for number in waiting:
        poll.register(number, select.POLLIN)
    found: set[Target] = set()
    deadline = time.monotonic() + patience
    while len(found) < expected and (left := deadline - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1000):
            echo, target = waiting[number]
            if list(echo.answers()):
                found.add(target)
    return found
