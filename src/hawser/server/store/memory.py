"""What writers of this process read before, as long as nobody has touched it since.

Every write begins with the store's revision. While it is the one that this process's last write made, nobody else
has written, and what was remembered is true; else all of it is forgotten. So a server that writes alone reads a
network and its subnets once for all ports that are made there.
"""

from __future__ import annotations

from typing import Any

MOST = 20_000
"""Things remembered at most; then it begins anew."""

Key = tuple[str, str]


class Memory:
    """Values by noun and id, true as of ``revision``. Used by one writer at a time."""

    def __init__(self) -> None:
        self._revision = -1
        self._values: dict[Key, Any] = {}

    def begin(self, revision: int) -> None:
        """A write begins that finds the store at this revision."""
        if revision != self._revision or len(self._values) > MOST:
            self.clear()
            self._revision = revision

    def committed(self, revision: int) -> None:
        """The write made this revision of the store."""
        self._revision = revision

    def clear(self) -> None:
        """Forget all: somebody else wrote, or the write was undone and what it read never became true."""
        self._values.clear()
        self._revision = -1

    def get(self, noun: str, id: str) -> Any:
        """What is remembered, or None."""
        return self._values.get((noun, id))

    def put(self, noun: str, id: str, value: Any) -> None:
        """Remember a value."""
        self._values[noun, id] = value

    def drop(self, noun: str, id: str) -> None:
        """Forget a value: it is being changed."""
        self._values.pop((noun, id), None)
