"""What tells whether two intents hold the same records. Pure.

It is the sum of its records' SHA-256 digests: an intent that changed costs the records that changed, and the
order in which it came to be does not matter. It tells mistakes, not forgers: who may speak is known by a key.
"""

from __future__ import annotations

import hashlib

from hawser.wire import codec
from hawser.wire.change import Key, Record, records
from hawser.wire.intent import NodeIntent

_MODULUS = 1 << 256


class Digest:
    """A sum of records that can be kept up to date."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, key: Key, record: Record) -> None:
        """The record is there now."""
        self._sum = (self._sum + _number(key, record)) % _MODULUS

    def take(self, key: Key, record: Record) -> None:
        """The record, which was there, is no longer."""
        self._sum = (self._sum - _number(key, record)) % _MODULUS

    def text(self) -> str:
        """It as 64 hexadecimal digits."""
        return f"{self._sum:064x}"


def digest(intent: NodeIntent) -> str:
    """The digest of a whole intent, whatever its revision."""
    made = Digest()
    for key, record in records(intent):
        made.add(key, record)
    return made.text()


def _number(key: Key, record: Record) -> int:
    line = key[0].encode() + b" " + codec.encode(record)
    return int.from_bytes(hashlib.sha256(line).digest(), "big")
