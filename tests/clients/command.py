"""Commands of the real clients, as a test runs them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hawser.lab import environments

PROCESS = Path(__file__).parent / "command_process.py"


@dataclass(frozen=True)
class Answer:
    """How a command ended, what it printed, and what it said on the side."""

    status: int
    printed: str
    said: str

    @property
    def output(self) -> str:
        """What a terminal would show."""
        return self.printed + self.said


class Command:
    """A client's command: a process of its own environment that runs it again and again, with other words."""

    def __init__(
        self, environment: str, module: str, variables: Mapping[str, str], within: Sequence[str] = ()
    ) -> None:
        """``module`` has the command as its ``main``; ``within`` are words that run what follows them elsewhere."""
        argv = [*within, environments.pinned(environment, "python"), "-P", PROCESS, module]
        merged = {**os.environ, **variables, "PYTHONWARNINGS": "ignore"}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env=merged)

    def __call__(self, words: Sequence[str]) -> Answer:
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


def openstack(variables: Mapping[str, str], within: Sequence[str] = ()) -> Command:
    """The real `openstack`."""
    return Command("openstack", "openstackclient.shell", variables, within)


def neutron(variables: Mapping[str, str]) -> Command:
    """The real `neutron`, which is no longer developed but still in use."""
    return Command("neutronclient", "neutronclient.shell", variables)
