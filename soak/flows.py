"""Connections that live as long as the soak does: through a floating IP, and through SNAT."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stage import until
from hawser.base.errors import LabError
from hawser.lab.node import Node

PROGRAM = Path(__file__).with_name("flow_process.py")
PORT = 7700


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program runs: on a node, or in a guest's namespace there."""

    node: Node
    netns: str = ""

    def start(self, words: Sequence[str], said: object = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Run the program with these words until it is terminated."""
        inside = ["ip", "netns", "exec", self.netns] if self.netns else []
        argv = [*inside, sys.executable, str(PROGRAM), *words]
        return self.node.popen(argv, end_with="KILL", stdout=said, stderr=subprocess.STDOUT)


class Flow:
    """One connection, from when this is made until `end`."""

    def __init__(self, name: str, kind: str, place: Place, address: str, *, lasting: bool = False) -> None:
        """``kind`` is `tcp` or `udp`, ``address`` that of an echo. A lasting one is never renewed: of UDP, whose
        entries in the kernel end soon, it shows that copies are kept fresh."""
        self.name = name
        self.kind = kind
        self.lasting = lasting
        self._place = place
        self._address = address
        self._begin()

    def _begin(self) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by `end`
        self._process = self._place.start([self.kind, self._address, str(PORT)], self._said)
        until(lambda: len(self._lines()) > 1, f"{self.name} is connected", 10)

    def renew(self) -> None:
        """End this connection and begin another."""
        self.end()
        self._begin()

    def end(self) -> None:
        """Hang up."""
        self._process.terminate()
        self._process.wait(10)
        self._said.close()

    @property
    def port(self) -> str:
        """The port that it speaks from."""
        return self._lines()[0]

    def answered(self, since: float) -> bool:
        """Whether an answer came after this moment. LabError if it has ended."""
        last = self._lines()[-1]
        if last.startswith("ended") or self._process.poll() is not None:
            raise LabError(f"{self.name} did not live on: {last}.")
        return float(last) >= since

    def _lines(self) -> list[str]:
        """What it said so far, whole lines alone."""
        text = Path(f"/proc/self/fd/{self._said.fileno()}").read_text()
        return text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
