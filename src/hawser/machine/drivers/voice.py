"""Takes a word in elections that are held in other namespaces, from where this node's own interfaces are.

It asks on a network's bridge who holds an address, as one who wants it does (ARP probe, RFC 5227): nobody's caches are
touched. And it plays a heartbeat to this node's own keepalived, out of the bridge's end of its interface, as if it had
come over the wire. One socket and one call each: no namespace is entered, and no process started.
"""

from __future__ import annotations

import ctypes
import fcntl
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from hawser.base.addresses import Address, mac_octets
from hawser.base.errors import MachineError
from hawser.machine.drivers import arp
from hawser.machine.drivers.checksum import checksum
from hawser.machine.drivers.vrrp import PROTOCOL, Heartbeat

_IP_TYPE = 0x0800
_SENDER = bytes([0, 0, 0x5E, 0, 1])
"""The MAC of a virtual router (RFC 5798, section 7.3) but for its last byte, the virtual router id."""
_CONTROL, _TTL = 0xC0, 255
_SIOCGIFHWADDR = 0x8927
_SO_ATTACH_FILTER = 26
_ANSWERS_TO_PROBES = (
    (0x28, 0, 0, 20),  # the half-word at 20, the operation
    (0x15, 0, 3, 2),  # a reply,
    (0x20, 0, 0, 38),  # and the word at 38, whom it is for
    (0x15, 0, 1, 0),  # 0.0.0.0: who asked has no address yet
    (0x06, 0, 0, 0xFFFF),
    (0x06, 0, 0, 0),
)
"""For the kernel (classic BPF): of all ARP on this machine only what this asked for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an address on a bridge's network, by its MAC."""

    bridge: str
    address: Address
    mac: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """The heartbeat by which the master leaves (RFC 5798, section 6.4.2), from ``peer`` to ``own``.

    ``mac`` is that of this node's interface. A backup goes by the interval of the last heartbeat that it heard.
    """

    peer: Address
    own: Address
    mac: str
    heartbeat: Heartbeat

    def frame(self) -> bytes:
        """It as an Ethernet frame."""
        packet = self.heartbeat.packet(self.peer, self.own)
        head = struct.pack("!BBHHHBB", 0x45, _CONTROL, 20 + len(packet), 0, 0, _TTL, PROTOCOL)
        addresses = self.peer.packed + self.own.packed
        head += struct.pack("!H", checksum(head + b"\0\0" + addresses)) + addresses
        sender = _SENDER + bytes([self.heartbeat.vrid])
        return mac_octets(self.mac) + sender + struct.pack("!H", _IP_TYPE) + head + packet


class Voice:
    """Of the machine's own namespace. Raises MachineError without the right to it."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            self._socket = socket.socket(socket.AF_PACKET, kind, socket.htons(arp.TYPE))
        except OSError as error:
            raise MachineError(f"Cannot open a packet socket: {error.strerror}. Run as root.") from None
        _attach(self._socket)
        self.answers()  # what came before the filter was in place

    def ask(self, bridge: str, address: Address, mac: str = "") -> None:
        """Ask who holds it: the one with this MAC, or everybody. A bridge that cannot take it now is as one where
        nobody does."""
        with suppress(OSError):
            whom = mac_octets(mac) if mac else arp.EVERYBODY
            probe = arp.request(self._mac(bridge), arp.NOBODY, address, whom)
            self._socket.sendto(probe, (bridge, arp.TYPE))

    def answers(self) -> set[Holder]:
        """Who has answered since the last call."""
        found: set[Holder] = set()
        while True:
            try:
                packet, (bridge, *_) = self._socket.recvfrom(256)
            except OSError:
                return found
            if answer := arp.answer(packet):
                found.add(Holder(bridge, answer.address, answer.mac))

    def play(self, tap: str, farewell: Farewell) -> None:
        """Have it heard on the other end of ``tap``. Where that is gone, nobody hears it."""
        with suppress(OSError):
            self._socket.sendto(farewell.frame(), (tap, _IP_TYPE))

    def close(self) -> None:
        """Say and hear no more."""
        self._socket.close()

    def _mac(self, link: str) -> bytes:
        asked = struct.pack("16s16x8x", link.encode())
        return fcntl.ioctl(self._socket, _SIOCGIFHWADDR, asked)[18:24]


def _attach(made: socket.socket) -> None:
    program = b"".join(struct.pack("=HBBI", *each) for each in _ANSWERS_TO_PROBES)
    kept = ctypes.create_string_buffer(program)
    described = struct.pack("@HP", len(_ANSWERS_TO_PROBES), ctypes.addressof(kept))
    made.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)
