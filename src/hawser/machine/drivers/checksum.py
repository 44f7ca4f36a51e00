"""The Internet checksum."""

from __future__ import annotations

import struct


def checksum(data: bytes) -> int:
    """The one's complement of the one's complement sum of all 16-bit words (RFC 1071); of an even number of octets."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
