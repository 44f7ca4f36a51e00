"""How a daemon comes to run: started in its namespace, until it has gone into the background by itself."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hawser.base.errors import MachineError
from hawser.machine.drivers import procfs
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.drivers.procfs import Alive
from hawser.machine.items.process import Process

SECONDS = 5.0
"""So long a daemon may take to go into the background."""
_PAUSE = 0.001
_CLOCK_ERROR = 0.5
"""Seconds that a time of the file system and one of /proc may differ for one moment."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A daemon on its way into the background; ``said`` is what it printed."""

    item: Process
    popen: subprocess.Popen[bytes]
    said: IO[bytes]


def launch(item: Process, namespaces: Namespaces) -> Launched | str:
    """Start it in its namespace; what is wrong where that cannot be."""
    said = os.fdopen(os.memfd_create("said"), "w+b")
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C", "TMPDIR": item.directory}
    try:
        Path(item.directory).mkdir(parents=True, exist_ok=True)
        Path(item.pidfile).parent.mkdir(parents=True, exist_ok=True)
        remove_stale_pidfiles(item)
        _remove_leavings(item)
        with namespaces.entered(item.netns):
            popen = subprocess.Popen(
                item.argv,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
    except FileNotFoundError as error:
        return f"{error.strerror}: {error.filename}. Install the package that holds it"
    except (OSError, MachineError) as error:
        return str(error)
    return Launched(item, popen, said)


def settle(launched: Launched, deadline: float) -> Alive | str:
    """Wait until it is in the background and its pid file holds a living process: that one, or what is wrong."""
    with launched.said:
        wrong = _foreground(launched, deadline)
        main = None if wrong else _backgrounded(launched.item, deadline)
        return main or wrong or f"no living process in {launched.item.pidfile}. {_words(launched)}"


def remove_stale_pidfiles(item: Process) -> None:
    """Its own pid file, and its children's: those beside it whose writer is dead.

    keepalived does not start where one of them holds a pid that is in use: by a dead child that nobody has waited
    for yet, or, after a loss of power, by anybody who was given the same number since.
    """
    pidfile = Path(item.pidfile)
    pidfile.unlink(missing_ok=True)
    for path in pidfile.parent.glob("*pid*"):
        if (pid := procfs.pid_in(path)) and not _wrote(pid, path):
            path.unlink(missing_ok=True)


def _remove_leavings(item: Process) -> None:
    """What one that was ended without a word left behind: some do not start where that is."""
    for path in item.leaves:
        Path(path).unlink(missing_ok=True)


def _wrote(pid: int, path: Path) -> bool:
    """Whether the process with this pid may have written the file: it lives, and lived before the file."""
    found = procfs.alive(pid)
    return found is not None and procfs.birth(found) < path.stat().st_mtime + _CLOCK_ERROR


def _foreground(started: Launched, deadline: float) -> str:
    """Wait until the started program has returned; what is wrong, or ""."""
    # With a timeout Popen.wait sleeps, longer and longer.
    if not procfs.over(os.pidfd_open(started.popen.pid), max(0.0, deadline - time.monotonic())):
        started.popen.kill()
        started.popen.wait()
        return f"it did not go into the background within {SECONDS:g} s. {_words(started)}"
    status = started.popen.wait()
    return f"exit status {status}. {_words(started)}" if status else ""


def _backgrounded(item: Process, deadline: float) -> Alive | None:
    while True:
        if found := procfs.alive(procfs.pid_in(Path(item.pidfile))):
            return found
        if time.monotonic() > deadline:
            return None
        time.sleep(_PAUSE)


def _words(started: Launched) -> str:
    """The end of what a daemon printed while it started."""
    started.said.seek(0)
    said = started.said.read().decode(errors="replace").strip()
    return f"It said: {said[-400:]}" if said else "It said nothing"
