"""keepalived's news: one FIFO for all routers of the node.

A line is ``INSTANCE "VR_1_<router id>" MASTER 240``. The agent makes the FIFO itself, for keepalived takes
away one that it made; it is opened for reading and writing, so that no writer ever waits or fails.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from hawser.wire.report import Mastership

_LINE = re.compile(r'^INSTANCE "VR_\d+_(?P<router>[0-9a-f-]{36})" (?P<state>[A-Z_]+) \d+$')
_PARTS = {
    "MASTER": Mastership.ACTIVE,
    "BACKUP": Mastership.STANDBY,
    "FAULT": Mastership.STANDBY,
    "STOP": Mastership.UNKNOWN,
}


def parse(line: str) -> tuple[str, Mastership] | None:
    """(router id, its part here now); None for a line that changes no part."""
    match = _LINE.match(line)
    part = _PARTS.get(match["state"]) if match else None
    return (match["router"], part) if match and part else None


class Fifo:
    """The reading end; ``fileno()`` becomes readable when there is news."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_fifo():
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._rest = ""

    def fileno(self) -> int:
        """The file descriptor to wait on."""
        return self._fd

    def read(self) -> Iterator[tuple[str, Mastership]]:
        """What changed since the last call, in order."""
        try:
            text = self._rest + os.read(self._fd, 65536).decode(errors="replace")
        except BlockingIOError:
            return
        *lines, self._rest = text.split("\n")
        yield from (news for news in map(parse, lines) if news)

    def close(self) -> None:
        """Stop reading; the FIFO stays for keepalived."""
        os.close(self._fd)
