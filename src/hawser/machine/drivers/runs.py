"""Programs in namespaces: each is given a text, and prints one; many run at a time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO

from hawser.base.errors import MachineError
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.drivers.rules_seen import Place

AT_ONCE = 16
"""Programs that run at a time: an iptables-restore waits some 20 ms for the kernel, which lets all of them wait
together."""
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Job:
    """A program with its arguments, and what it is given to read."""

    argv: tuple[str, ...]
    text: str = ""


class Runs:
    """Runs of programs, each in the namespace of its place; the first ones are under way once this is made."""

    def __init__(self, namespaces: Namespaces, jobs: Mapping[Place, Job]) -> None:
        self._namespaces = namespaces
        self._waiting = iter(jobs.items())
        self._running = [self._start(*job) for job in islice(self._waiting, AT_ONCE)]

    def results(self) -> Iterator[tuple[Place, tuple[str, str]]]:
        """Each place with what its program printed, and its error or ""; waits for it."""
        while self._running:
            place, started = self._running.pop(0)
            yield place, _finish(started)
            self._running += [self._start(*job) for job in islice(self._waiting, 1)]

    def _start(self, place: Place, job: Job) -> tuple[Place, subprocess.Popen[str] | str]:
        pipe = subprocess.PIPE
        try:
            with _given(job.text) as given, self._namespaces.entered(place[0]):
                return place, subprocess.Popen(job.argv, stdin=given, stdout=pipe, stderr=pipe, text=True)
        except FileNotFoundError:
            return place, f"there is no program {job.argv[0]}; install the package iptables"
        except MachineError as error:
            return place, error.message


def _given(text: str) -> IO[str]:
    """A program's input, all there: it need not wait until the one before it has ended."""
    given = os.fdopen(os.memfd_create("given"), "w+")
    given.write(text)
    given.seek(0)
    return given


def _finish(started: subprocess.Popen[str] | str) -> tuple[str, str]:
    if isinstance(started, str):
        return "", started
    try:
        out, err = started.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        started.kill()
        started.communicate()
        return "", f"no answer within {_SECONDS} s"
    return out, (err.strip() or f"exit status {started.returncode}") if started.returncode else ""
