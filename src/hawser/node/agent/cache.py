"""The last intent on disk: the node starts, heals and fails over without any server."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from hawser.base.errors import BadInput
from hawser.wire import codec
from hawser.wire.change import IntentChange, merge, snapshot
from hawser.wire.intent import NodeIntent

log = logging.getLogger(__name__)

SHORT = 64 * 1024
"""Bytes of changes that even a small intent is followed by before the file is written anew."""


class Cache:
    """One file of lines like a watch stream's: a snapshot, written whole or not at all, and what changed since.

    A change costs a line. Once the changes are as long as the snapshot, they are made one; so are those that an
    earlier process left, whose last line a loss of power may have cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._room = 0

    def load(self) -> NodeIntent | None:
        """The intent that was kept last; None if there is none, or none that can be read."""
        intent: NodeIntent | None = None
        try:
            with self.path.open("rb") as lines:
                for line in lines:
                    change = codec.decode(line, IntentChange)
                    intent = merge(intent or NodeIntent(change.host, 0), change)
        except FileNotFoundError:
            return None
        except (BadInput, ValueError) as error:
            log.warning("the kept intent %s cannot be read to its end: %s", self.path, error)
        return intent

    def save(self, intent: NodeIntent, change: IntentChange) -> None:
        """Keep the intent, which came to be by this change, also across a loss of power."""
        line = codec.encode(change) + b"\n"
        if change.base is None or len(line) > self._room:
            self._write(codec.encode(snapshot(intent)) + b"\n")
            return
        with self.path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._room -= len(line)

    def _write(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        self._room = max(len(line), SHORT)
