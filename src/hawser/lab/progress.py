"""How a long operation says what it is doing. The command line draws it; a test needs none of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Told of each step; steps may overlap, and the calls may come from several threads."""

    def begin(self, what: str) -> None:
        """A step has begun."""

    def done(self, what: str, seconds: float) -> None:
        """That step is done, and took so long."""


class Silent:
    """Says nothing."""

    def begin(self, what: str) -> None:
        """Nothing."""

    def done(self, what: str, seconds: float) -> None:
        """Nothing."""


@contextmanager
def step(progress: Progress, what: str) -> Iterator[None]:
    """Report the time that the block takes, if it ends well."""
    begun = time.monotonic()
    progress.begin(what)
    yield
    progress.done(what, time.monotonic() - begun)
