"""A ping that runs on, and what it tells of an outage: replies with their times, and the gaps between."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise

from hawser.lab.node import Node

_REPLY = re.compile(r"^\[(?P<at>\d+\.\d+)\] \d+ bytes from .*icmp_seq=(?P<seq>\d+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its sequence number, and when it came (seconds since the epoch)."""

    seq: int
    at: float


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest time between two answers (milliseconds), when it began, and how many were lost in it."""

    milliseconds: float
    began: float
    lost: int


@dataclass(frozen=True, slots=True)
class Record:
    """A ping's answers in order. ``interval`` is the time between two requests in seconds."""

    interval: float
    replies: tuple[Reply, ...]

    def between(self, since: float, until: float = float("inf")) -> Record:
        """The answers from ``since`` to ``until`` (seconds since the epoch)."""
        return Record(self.interval, tuple(r for r in self.replies if since <= r.at <= until))

    @property
    def gap(self) -> Gap:
        """The longest silence between two answers; of 0 ms where there are fewer than two."""
        gaps = [
            Gap((after.at - before.at) * 1000, before.at, after.seq - before.seq - 1)
            for before, after in pairwise(self.replies)
        ]
        return max(gaps, key=lambda gap: gap.milliseconds, default=Gap(0.0, 0.0, 0))

    @property
    def lost(self) -> int:
        """Requests between the first and the last answer that were not answered."""
        if not self.replies:
            return 0
        return self.replies[-1].seq - self.replies[0].seq + 1 - len(self.replies)


def parse(output: str, interval: float) -> Record:
    """What `ping -D` printed, as a record; a late duplicate counts once."""
    found = {int(m["seq"]): float(m["at"]) for m in _REPLY.finditer(output)}
    return Record(interval, tuple(Reply(seq, at) for seq, at in sorted(found.items())))


class Ping:
    """A running ping from a node."""

    def __init__(self, node: Node, address: str, interval: float = 0.02) -> None:
        self._interval = interval
        # A pipe that nobody reads is full after some hundred answers, and the ping would stand still.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by `stop`
        self._process = node.popen(
            ["ping", "-n", "-D", "-i", f"{interval}", address],
            end_with="INT",
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )

    def stop(self) -> Record:
        """End it and read what it saw."""
        self._process.terminate()
        self._process.wait(timeout=10)
        with self._said as said:
            said.seek(0)
            return parse(said.read(), self._interval)


def wait_for_answer(node: Node, address: str, seconds: float) -> float | None:
    """Seconds until the address answered from the node; None if it did not within ``seconds``."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        tried = node.run(["ping", "-n", "-c", "1", "-W", "0.2", address], check=False)
        if tried.returncode == 0:
            return time.monotonic() - begun
    return None
