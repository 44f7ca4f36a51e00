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
from ipaddress import ip_address

from hawser.base.addresses import Address
from hawser.base.errors import MachineError
from hawser.machine.drivers.checksum import checksum
from hawser.machine.drivers.vrrp import PROTOCOL, Heartbeat

_ARP_TYPE, _IP_TYPE = 0x0806, 0x0800
_EVERYBODY = b"\xff" * 6
_NOBODY = bytes(4)
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_REQUEST = 1
LEAVES = 0
"""The priority of a master that takes part no longer (RFC 5798, section 5.2.4)."""
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
    """The heartbeat by which the master leaves: of priority 0 (RFC 5798, section 6.4.2), from ``peer`` to ``own``.

    ``virtual`` is the one virtual address, whose last byte is the virtual router id; ``mac`` is that of this node's
    interface. ``interval`` is that of heartbeats in seconds: a backup goes by the last that it heard. ``classic`` is
    VRRPv2 (RFC 3768) without authentication.
    """

    peer: Address
    own: Address
    mac: str
    virtual: Address
    interval: float
    classic: bool = False

    def frame(self) -> bytes:
        """It as an Ethernet frame."""
        heartbeat = Heartbeat(2 if self.classic else 3, self._vrid, LEAVES, self.interval, self.virtual)
        packet = heartbeat.packet(self.peer, self.own)
        head = struct.pack("!BBHHHBB", 0x45, _CONTROL, 20 + len(packet), 0, 0, _TTL, PROTOCOL)
        addresses = self.peer.packed + self.own.packed
        head += struct.pack("!H", checksum(head + b"\0\0" + addresses)) + addresses
        receiver = bytes.fromhex(self.mac.replace(":", ""))
        return receiver + _SENDER + bytes([self._vrid]) + struct.pack("!H", _IP_TYPE) + head + packet

    @property
    def _vrid(self) -> int:
        return self.virtual.packed[-1]


class Voice:
    """Of the machine's own namespace. Raises MachineError without the right to it."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            self._socket = socket.socket(socket.AF_PACKET, kind, socket.htons(_ARP_TYPE))
        except OSError as error:
            raise MachineError(f"Cannot open a packet socket: {error.strerror}. Run as root.") from None
        _attach(self._socket)
        self.answers()  # what came before the filter was in place

    def ask(self, bridge: str, address: Address, mac: str = "") -> None:
        """Ask who holds it: the one with this MAC, or everybody. A bridge that cannot take it now is as one where
        nobody does."""
        with suppress(OSError):
            own = self._mac(bridge)
            probe = _ARP.pack(1, _IP_TYPE, 6, 4, _REQUEST, own, _NOBODY, bytes(6), address.packed)
            whom = bytes.fromhex(mac.replace(":", "")) if mac else _EVERYBODY
            self._socket.sendto(whom + own + struct.pack("!H", _ARP_TYPE) + probe, (bridge, _ARP_TYPE))

    def answers(self) -> set[Holder]:
        """Who has answered since the last call."""
        found: set[Holder] = set()
        while True:
            try:
                packet, (bridge, *_) = self._socket.recvfrom(256)
            except OSError:
                return found
            if len(packet) >= 14 + _ARP.size:
                *_, mac, address, _, _ = _ARP.unpack_from(packet, 14)
                found.add(Holder(bridge, ip_address(address), mac.hex(":")))

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
