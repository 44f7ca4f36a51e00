"""What /proc tells of processes. A process is its pid and its start time: pids are used again."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Alive:
    """A living process. ``started`` is in clock ticks since the machine started."""

    pid: int
    session: int
    started: int


def alive(pid: int) -> Alive | None:
    """The process with this pid; None if there is none, or it is dead and not yet waited for."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    return Alive(pid, session=int(fields[3]), started=int(fields[19]))


def birth(process: Alive) -> float:
    """When a process started, in seconds since the epoch."""
    machine_started = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return machine_started + process.started / os.sysconf("SC_CLK_TCK")


def arguments(pid: int) -> tuple[str, ...]:
    """The command line of a process, () if it is gone."""
    try:
        return tuple(Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1])
    except OSError:
        return ()


def namespace(pid: int) -> int:
    """The inode number of the network namespace that a process is in, 0 if it is gone."""
    try:
        return Path(f"/proc/{pid}/ns/net").stat().st_ino
    except OSError:
        return 0


def everyone() -> Iterator[Alive]:
    """All living processes that are seen from here."""
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit() and (found := alive(int(name))):
            yield found


def pid_in(pidfile: Path) -> int:
    """The pid that a file holds, 0 if it holds none."""
    try:
        return int(pidfile.read_text().strip() or 0)
    except (OSError, ValueError):
        return 0


def handle(process: Alive) -> int | None:
    """A handle (pidfd) that is readable once the process has ended, None if it has. The caller closes it."""
    try:
        found = os.pidfd_open(process.pid)
    except OSError:
        return None
    now = alive(process.pid)
    if now and now.started == process.started:
        return found
    os.close(found)
    return None


def send(process: Alive, number: signal.Signals) -> None:
    """Send a signal, if it is still that process."""
    if (found := handle(process)) is not None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(found, number)
        os.close(found)


def ended(process: Alive, seconds: float) -> bool:
    """Wait for the end of a process; whether it came in time."""
    if (found := handle(process)) is None:
        return True
    try:
        ready, _, _ = select.select([found], [], [], seconds)
    finally:
        os.close(found)
    return bool(ready)
