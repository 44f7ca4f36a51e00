"""A node's life as namespaces: started, entered, ended, and found again without any record.

A node is one init process (`node-init.sh`) in fresh net, mount, uts, ipc and pid namespaces; when it is
killed the kernel ends every process of the node and unmounts all that it mounted: that is the power cut.
Nobody waits for an init: it is started by a process that ends at once, so that the command which started the
lab may end too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from signal import SIGCONT, SIGKILL

from hawser.base.errors import LabError
from hawser.lab.state import ProcessId

INIT = Path(str(files("hawser.lab") / "node-init.sh"))
OWN_TREES = ("etc", "var", "tmp")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
_UNSHARE = [
    "unshare",
    *("--net", "--mount", "--uts", "--ipc", "--pid"),
    *("--fork", "--kill-child=SIGKILL", "--propagation", "private"),
]
LINGER = "2"
"""Seconds that the network namespaces of a node without power stay."""


@dataclass(frozen=True, slots=True)
class Starting:
    """A node on its way: ``ready`` is the pipe's end from which its init's pid will come."""

    name: str
    ready: int
    console: Path


def start(name: str, directory: Path) -> Starting:
    """Begin to start a node with the disk `directory/disk`; `wait` answers when it stands."""
    disk, console = directory / "disk", directory / "console"
    prepare_disk(disk)
    ready, tell = os.pipe()
    try:
        with console.open("wb") as said:
            subprocess.run(
                ["setsid", "--fork", *_UNSHARE, str(INIT), name, str(disk), str(tell)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=[tell],
                check=True,
            )
    finally:
        os.close(tell)
    return Starting(name, ready, console)


def wait(starting: Starting) -> ProcessId:
    """The init of a node that has begun; LabError with its own last words if it did not come up."""
    with os.fdopen(starting.ready) as pipe:
        told = pipe.readline().strip()
    if not told:
        words = starting.console.read_text().strip().splitlines()[-1:] or ["it said nothing"]
        raise LabError(
            f"Node {starting.name} did not start: {words[0]}. Is the kernel as `hawser lab up` needs it?"
        )
    return ProcessId.of(int(told))


def prepare_disk(disk: Path) -> None:
    """The trees that the node writes to. Their work directories are the kernel's: made anew, never kept."""
    for tree in OWN_TREES:
        (disk / tree).mkdir(parents=True, exist_ok=True)
        work = disk / f".work/{tree}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    (disk / "tmp").chmod(0o1777)


def enter(init: ProcessId, argv: Sequence[str]) -> list[str]:
    """The command that runs ``argv`` as a process of the node."""
    return ["nsenter", "-t", str(init.pid), "-n", "-m", "-u", "-i", "-p", "--", *argv]


def configure_network(init: ProcessId, lines: Sequence[str], force: bool = False) -> None:
    """Run lines of `ip -batch` in the node's network namespace, by a process of the host's pid namespace (it
    can name other nodes by their pids). ``force``: go on after a line that fails, and say nothing."""
    argv = ["nsenter", "-t", str(init.pid), "-n", "--", "ip", *(["-force"] if force else []), "-batch", "-"]
    done = subprocess.run(argv, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    if done.returncode and not force:
        raise LabError(f"The lab's wires cannot be laid: {done.stderr.strip()}. Try: hawser lab down.")


def signal_all(init: ProcessId, signal: str) -> None:
    """Send a signal (`STOP`, `CONT`) to every process of a node but its init, also in namespaces within
    it."""
    argv = [
        "nsenter",
        "-t",
        str(init.pid),
        "-p",
        "--",
        "bash",
        "-c",
        f"kill -{signal} -- -1 2>/dev/null; true",
    ]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


def resume_entrances(init: ProcessId) -> None:
    """Let the host's ends of commands that run in a node go on: `nsenter` stops itself when its command is
    stopped, and is not in the node, so that nothing sent to the node wakes it."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _words(process)[:3] == ["nsenter", "-t", str(init.pid)]:
            with suppress(ProcessLookupError):
                os.kill(int(process.name), SIGCONT)


def kill(inits: Sequence[ProcessId], timeout: float = 10.0) -> None:
    """Cut the power: end inits, and with each all processes and mounts of its node, and wait until they are
    gone. ``timeout`` in seconds, then LabError."""
    for init in inits:
        if init.alive():
            with suppress(ProcessLookupError):
                os.kill(init.pid, SIGKILL)
    deadline = time.monotonic() + timeout
    while any(init.alive() for init in inits):
        if time.monotonic() > deadline:
            left = ", ".join(str(init.pid) for init in inits if init.alive())
            raise LabError(f"Processes {left} do not end. See `ps -o pid,stat,wchan,args -p {left}`.")
        time.sleep(0.002)


def linger(init: ProcessId) -> None:
    """Have the network namespaces inside a node that is about to end stay for some seconds more.

    The kernel takes dozens of them apart under one lock, and all nodes of a lab share the kernel: without this the
    others could not take over meanwhile, which is no matter to machines that are apart.
    """
    process = Path(f"/proc/{init.pid}")
    names = process / "root/run/netns"
    held: list[int] = []
    with suppress(FileNotFoundError):  # it may be ending by itself
        for path in (process / "ns/net", *(names.iterdir() if names.is_dir() else ())):
            held.append(os.open(path, os.O_RDONLY))
    subprocess.run(
        ["setsid", "--fork", "sleep", LINGER],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=held,
        check=True,
    )
    for handle in held:
        os.close(handle)


def find(directory: Path) -> list[ProcessId]:
    """Every process that starts or is a node of the lab in this directory, told by its command line: it finds
    also what a command that was killed half-way did not write down."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_node_of(directory, entry):
            with suppress(ProcessLookupError):
                found.append(ProcessId.of(int(entry.name)))
    return found


def _is_node_of(directory: Path, process: Path) -> bool:
    words = _words(process)
    # By its last part: another copy of Hawser may have started it.
    started = any(word.rpartition("/")[2] == INIT.name for word in words)
    return started and any(word.startswith(f"{directory}/") for word in words)


def _words(process: Path) -> list[str]:
    """A process's command line; none if it is gone."""
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
