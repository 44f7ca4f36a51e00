"""Conversations that last, between an instance and the host outside, and when their words came back."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.stage import until
from hawser.lab.node import Node

PROGRAM = Path(__file__).with_name("talk_process.py")
PORT = 7777


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program runs: a node, or a namespace on it."""

    node: Node
    netns: str = ""

    def popen(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a program there."""
        inside = ["ip", "netns", "exec", self.netns] if self.netns else []
        return self.node.popen([*inside, *argv], **options)


class Echo:
    """Answers TCP and UDP on `PORT` of a place until `stop`."""

    def __init__(self, place: Place) -> None:
        argv = [sys.executable, str(PROGRAM), "echo", str(PORT)]
        self._process = place.popen(argv, stdin=subprocess.PIPE)

    def stop(self) -> None:
        """End it."""
        _end(self._process)


class Talk:
    """Talks to an echo until `stop`, by one connection."""

    def __init__(self, place: Place, kind: str, address: str, interval: float) -> None:
        """``kind`` is `tcp` or `udp`, ``interval`` the seconds from one word to the next. It is under way when this
        returns; LabError if nothing comes back."""
        self._said = tempfile.NamedTemporaryFile("w+")  # noqa: SIM115, closed by `stop`
        argv = [sys.executable, str(PROGRAM), "talk", kind, address, str(PORT), f"{interval}"]
        self._process = place.popen(argv, stdin=subprocess.PIPE, stdout=self._said)
        until(lambda: bool(self.heard()), f"the echo of {address} by {kind}", 10)

    def heard(self) -> list[float]:
        """When words came back, so far (seconds since the epoch, in order)."""
        said = Path(self._said.name).read_text().splitlines(keepends=True)
        return [float(line) for line in said if line.endswith("\n")]

    def stop(self) -> None:
        """End it."""
        _end(self._process)
        self._said.close()


def stall(heard: Sequence[float], since: float, until: float) -> float:
    """The longest time between two words that came back, in milliseconds; the moments count as ends."""
    times = [since, *(at for at in heard if since <= at <= until), until]
    return max(after - before for before, after in pairwise(times)) * 1000


def _end(process: subprocess.Popen[Any]) -> None:
    with suppress(BrokenPipeError):
        process.communicate(timeout=10)
