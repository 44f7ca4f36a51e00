"""One stage after another: rows that need other settings of the lab get a lab of their own."""

from __future__ import annotations

from typing import Self

from benchmarks.row import Row
from benchmarks.stage import Stage
from hawser.lab.progress import Progress


class Stages:
    """At most one stage is open; as a context manager, none is left."""

    def __init__(self, name: str, progress: Progress) -> None:
        """``name`` is that of all their labs."""
        self._name = name
        self._progress = progress
        self._open: Stage | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, row: Row) -> Stage:
        """The stage of the row before, if its lab is as this row needs it; else a new one."""
        if self._open is None or self._open.settings != row.settings:
            self.close()
            self._open = Stage(self._name, self._progress, row.settings)
        return self._open

    def close(self) -> None:
        """End the stage that is open, in whatever state it is."""
        if self._open is not None:
            self._open.close()
            self._open = None
