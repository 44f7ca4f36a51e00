"""Steps of a long operation on the screen: one line for each that is done, and on a terminal what is under
way."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text


class Steps:
    """A `hawser.lab.progress.Progress` that writes to standard error; use it as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        """Times are counted from here."""
        self._console = console or Console(stderr=True, highlight=False)
        self._status = self._console.status("")
        self._running: list[str] = []
        self._lock = threading.Lock()
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def begin(self, what: str) -> None:
        """A step has begun."""
        with self._lock:
            self._running.append(what)
            self._show()

    def done(self, what: str, seconds: float) -> None:
        """A step is done: a line with the time since the start and its own."""
        with self._lock:
            self._running.remove(what)
            line = Text(f"{time.monotonic() - self._begun:6.2f} s  ", style="dim")
            line.append(what, style="default")
            line.append(f"  {seconds:.2f} s", style="dim")
            self._console.print(line, soft_wrap=True)
            self._show()

    def _show(self) -> None:
        self._status.update(", ".join(self._running))
