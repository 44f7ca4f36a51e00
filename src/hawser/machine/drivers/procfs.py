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


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a process is doing: ``switches`` counts how often it has waited for something, ``running`` is whether it
    runs or would if it could, ``stopped`` whether a signal or a debugger keeps it from it."""

    switches: int
    running: bool
    stopped: bool


def pulse(main: int) -> Pulse | None:
    """The pulse of the children of a process, which do the work, as of one; None where it has none."""
    found = [
        text for child in _children(main) if (text := _read(f"/proc/{child}/status")) and b"\nState:" in text
    ]
    if not found:
        return None
    states = [text.split(b"\nState:", 1)[1].lstrip()[:1] for text in found]
    counts = [text.rpartition(b"\nvoluntary_ctxt_switches:")[2].split(None, 1)[0] for text in found]
    return Pulse(
        switches=sum(map(int, counts)),
        running=b"R" in states,
        stopped=b"T" in states or b"t" in states,
    )


def is_stopped(pid: int) -> bool:
    """Whether a signal or a debugger keeps a process from running."""
    return _read(f"/proc/{pid}/status").partition(b"\nState:")[2].lstrip()[:1] in (b"T", b"t")


def _children(pid: int) -> list[str]:
    return _read(f"/proc/{pid}/task/{pid}/children").decode().split()


def _read(path: str) -> bytes:
    """As bytes, and without pathlib: this is asked of many processes, several times a second."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, 8192)
    except OSError:
        return b""
    finally:
        os.close(handle)


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
    return (found := handle(process)) is None or over(found, seconds)


def over(pidfd: int, seconds: float) -> bool:
    """Wait for the end of the process that a handle is of; whether it came in time. The handle is closed."""
    poll = select.poll()  # unlike select, it takes handles of any number
    poll.register(pidfd, select.POLLIN)
    try:
        return bool(poll.poll(1000 * seconds))
    finally:
        os.close(pidfd)
