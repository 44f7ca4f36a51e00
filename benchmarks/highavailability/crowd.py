"""A ping of many addresses at once, from one node of a lab."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hawser.lab.node import Node

PROGRAM = Path(__file__).with_name("crowd_process.py")


@dataclass(frozen=True, slots=True)
class Answers:
    """When each address answered (seconds since the epoch, in order)."""

    times: dict[str, tuple[float, ...]]

    def first(self, address: str) -> float | None:
        """The first answer of an address; None if there was none."""
        return next(iter(self.times[address]), None)

    def silences(self, since: float, until: float) -> dict[str, float]:
        """The longest silence of each address between two moments, which count as its ends, in milliseconds."""
        return {address: _longest(times, since, until) for address, times in self.times.items()}


class Crowd:
    """The ping runs from when this is made until `stop`."""

    def __init__(self, node: Node, addresses: Sequence[str], interval: float) -> None:
        """``interval`` in seconds, between two requests to one address."""
        self._addresses = tuple(addresses)
        # A file, for a pipe would fill up while nobody reads.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by `stop`
        argv = [sys.executable, str(PROGRAM), f"{interval}", *addresses]
        self._process = node.popen(argv, stdin=subprocess.PIPE, stdout=self._said)

    def stop(self) -> Answers:
        """End it; what it heard."""
        self._process.communicate(timeout=10)
        times: dict[str, list[float]] = {address: [] for address in self._addresses}
        with self._said as said:
            said.seek(0)
            for line in said:
                at, address = line.split()
                times[address].append(float(at))
        return Answers({address: tuple(found) for address, found in times.items()})

    def heard(self) -> set[str]:
        """Who has answered by now, as far as it was written down."""
        return {
            line.split()[1]
            for line in Path(f"/proc/self/fd/{self._said.fileno()}").read_text().splitlines()
            if " " in line
        }


def _longest(times: Sequence[float], since: float, until: float) -> float:
    within = [since, *(at for at in times if since <= at <= until), until]
    return max(after - before for before, after in pairwise(within)) * 1000
