"""The last intent on disk: the node starts, heals and fails over without any server."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from hawser.base.errors import BadInput
from hawser.wire import codec
from hawser.wire.intent import NodeIntent

log = logging.getLogger(__name__)


class Cache:
    """One file, written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> NodeIntent | None:
        """The intent that was kept last; None if there is none, or none that can be read."""
        try:
            return codec.decode(self.path.read_bytes(), NodeIntent)
        except FileNotFoundError:
            return None
        except BadInput as error:
            log.warning("the kept intent %s cannot be read and is left aside: %s", self.path, error)
            return None

    def save(self, intent: NodeIntent) -> None:
        """Keep the intent, also across a loss of power."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(codec.encode(intent))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
