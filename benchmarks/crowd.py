"""A ping of many addresses at once, from one node of a lab."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import silence
from hawser.lab.node import Node
from hawser.lab.ping import Record, Reply

PROGRAM = Path(__file__).with_name("crowd_process.py")


@dataclass(frozen=True, slots=True)
class Answers:
    """What each address answered."""

    records: Mapping[str, Record]

    def last_first(self) -> float:
        """When the last of all to answer did so first (seconds since the epoch); infinite if one never did."""
        return max(
            record.replies[0].at if record.replies else float("inf") for record in self.records.values()
        )

    def of(self, address: str) -> Record:
        """What one of them answered."""
        return self.records[address]

    def silences(self, since: float, until: float) -> dict[str, float]:
        """The longest silence of each address between two moments, which count as its ends, in milliseconds."""
        return {address: silence.longest(record, since, until) for address, record in self.records.items()}

    def lost(self, since: float, until: float) -> int:
        """Requests of that time that were not answered, of all addresses."""
        return sum(silence.lost(record, since, until) for record in self.records.values())


class Crowd:
    """The ping runs from when this is made until `stop`."""

    def __init__(self, node: Node, addresses: Sequence[str], interval: float) -> None:
        """``interval`` in seconds, between two requests to one address."""
        self._addresses, self._interval = tuple(addresses), interval
        # A file, for a pipe would fill up while nobody reads.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by `stop`
        argv = [sys.executable, str(PROGRAM), f"{interval}", *addresses]
        self._process = node.popen(argv, stdin=subprocess.PIPE, stdout=self._said)

    def stop(self) -> Answers:
        """End it; what it heard."""
        self._process.communicate(timeout=10)
        replies: dict[str, dict[int, Reply]] = {address: {} for address in self._addresses}
        with self._said as said:
            said.seek(0)
            for line in said:
                at, address, number = line.split()
                replies[address].setdefault(int(number), Reply(int(number), float(at)))
        return Answers(
            {
                address: Record(self._interval, tuple(found[number] for number in sorted(found)))
                for address, found in replies.items()
            }
        )

    def heard(self) -> set[str]:
        """Who has answered by now, as far as it was written down."""
        said = Path(f"/proc/self/fd/{self._said.fileno()}").read_text().splitlines(keepends=True)
        return {line.split()[1] for line in said if line.endswith("\n")}
