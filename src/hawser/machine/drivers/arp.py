"""ARP for IPv4 on Ethernet (RFC 826): requests as frames, and who answers by one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from hawser.base.addresses import Address

TYPE = 0x0806
"""That of its frames."""
EVERYBODY = b"\xff" * 6
NOBODY = IPv4Address(0)
"""The sender of a probe, which has no address yet (RFC 5227)."""
_HEADER = struct.Struct("!6s6sH")
_PACKET = struct.Struct("!HHBBH6s4s6s4s")
_ETHERNET, _IPV4 = 1, 0x0800
_REQUEST, _REPLY = 1, 2


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers has the address, and this MAC."""

    address: IPv4Address
    mac: str


def request(mac: bytes, own: Address, wanted: Address, receiver: bytes = EVERYBODY) -> bytes:
    """The frame by which who has ``mac`` and ``own`` asks for ``wanted``; with ``own`` itself it tells of that."""
    packet = _PACKET.pack(_ETHERNET, _IPV4, 6, 4, _REQUEST, mac, own.packed, bytes(6), wanted.packed)
    return _HEADER.pack(receiver, mac, TYPE) + packet


def answer(frame: bytes) -> Answer | None:
    """What an answer's frame says; None for any other frame of ARP."""
    if len(frame) < _HEADER.size + _PACKET.size:
        return None
    _, _, _, _, operation, mac, address, _, _ = _PACKET.unpack_from(frame, _HEADER.size)
    return Answer(IPv4Address(address), mac.hex(":")) if operation == _REPLY else None
