"""What can be heard of an election without taking part: heartbeats, and whether somebody is master.

Heartbeats (VRRP, RFC 5798; behind an authentication header, RFC 4302) are heard only by those whom their sender knows.
Who is master holds the constant first virtual address, and answers for it by ARP (RFC 826), known or not.
"""

from __future__ import annotations

import socket

from hawser.base.addresses import Address
from hawser.base.errors import MachineError
from hawser.machine.drivers import arp
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.drivers.vrrp import PROTOCOL

_AUTHENTICATED = 51


class Ear:
    """Listens on one link of a namespace for the election of the holder of ``primary``, whose last byte is the virtual
    router id; ``own`` is this node's address there. Both are of IPv4.

    The sockets keep the namespace alive: close it before the namespace goes. Raises MachineError where there is no
    such namespace or link.
    """

    def __init__(self, namespaces: Namespaces, netns: str, link: str, own: Address, primary: Address) -> None:
        self._own, self._primary = own, primary
        self._sockets: list[socket.socket] = []
        try:
            with namespaces.entered(netns):
                self._heartbeats = [
                    self._hear_heartbeats(link, number) for number in (PROTOCOL, _AUTHENTICATED)
                ]
                self._arp = self._hear_arp(link)
        except OSError as error:
            self.close()
            raise MachineError(f"Cannot listen on {link} in {netns}: {error.strerror}.") from None
        self._mac: bytes = self._arp.getsockname()[4]

    def heard(self) -> bool:
        """Whether a heartbeat of this election has come since the last call."""
        found = [packet for each in self._heartbeats for packet in _drained(each)]
        return any(_virtual_router(packet) == self._primary.packed[-1] for packet in found)

    def ask(self) -> None:
        """Ask who is master. A link that cannot take it now is as a master that does not answer."""
        try:
            self._arp.send(arp.request(self._mac, self._own, self._primary))
        except OSError:
            return

    def answered(self) -> bool:
        """Whether a master has answered since the last call."""
        return any([self._is_answer(packet) for packet in _drained(self._arp)])

    def close(self) -> None:
        """Let go of the namespace."""
        for each in self._sockets:
            each.close()

    def _hear_heartbeats(self, link: str, protocol: int) -> socket.socket:
        made = self._open(socket.AF_INET, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.encode())
        _drained(made)  # what came before it was bound may have come by other links
        return made

    def _hear_arp(self, link: str) -> socket.socket:
        made = self._open(socket.AF_PACKET, 0)  # of no protocol: until it is bound it hears nothing
        made.bind((link, arp.TYPE))
        return made

    def _open(self, family: int, protocol: int) -> socket.socket:
        made = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, protocol)
        self._sockets.append(made)
        return made

    def _is_answer(self, packet: bytes) -> bool:
        answer = arp.answer(packet)
        return answer is not None and answer.address == self._primary


def _virtual_router(packet: bytes) -> int:
    """The virtual router id of a heartbeat, IP header and all."""
    start = (packet[0] & 0xF) * 4
    if packet[9] == _AUTHENTICATED:
        start += (packet[start + 1] + 2) * 4
    return packet[start + 1]


def _drained(open_socket: socket.socket) -> list[bytes]:
    """All that waits there."""
    found: list[bytes] = []
    while True:
        try:
            found.append(open_socket.recv(256))
        except OSError:
            return found
