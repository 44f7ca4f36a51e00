"""MAC addresses for ports. Pure, but for the source of chance that it is given."""

from __future__ import annotations

from random import Random


def choose(base: str, chance: Random) -> str:
    """A random MAC: the first three octets of ``base``, and its fourth where that is not zero."""
    octets = [int(octet, 16) for octet in base.split(":")]
    kept = octets[:4] if octets[3] else octets[:3]
    drawn = [chance.randrange(256) for _ in range(6 - len(kept))]
    return ":".join(f"{octet:02x}" for octet in (*kept, *drawn))
