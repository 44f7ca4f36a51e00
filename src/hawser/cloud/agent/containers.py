"""Instances as containers of this node: their life from plugging to the last trace.

An instance is a first process in namespaces of its own (network, mounts, host name, processes, IPC) whose
root is an overlay over the node's. Its directory is a file system of its own in memory, as big as the
flavor's disk. A veth pair joins it to the node: ``tap…`` here, ``eth0`` with the port's MAC there.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import select
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path

from hawser.base import names
from hawser.base.errors import MachineError
from hawser.cloud.agent import disk, record
from hawser.cloud.agent.record import Record
from hawser.cloud.wire import Instance, Plug

log = logging.getLogger(__name__)

FOLDER = Path("/run/hawser/instances")
CONSOLE_TAIL = 64 * 1024
STOP_SECONDS = 2.0
LOOK_SECONDS = 0.01
NAMESPACES = ("--net", "--mount", "--uts", "--ipc", "--pid")


def enter_argv(pid: int) -> list[str]:
    """What to put before a command so that it runs inside the instance whose first process is ``pid``."""
    return ["nsenter", "-t", str(pid), "-n", "-m", "-u", "-i", "-p", "--"]


class Containers:
    """The containers of one node, kept below ``folder``. Safe to use for different instances at a time."""

    def __init__(self, folder: Path = FOLDER, plug_timeout: float = 30) -> None:
        """``plug_timeout`` is how many seconds the bridge agent has to wire a new tap."""
        self.folder = folder
        self.plug_timeout = plug_timeout
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)

    def adopt(self) -> dict[str, Record]:
        """The instances that an earlier agent left, running or not; half-made ones are cleaned away."""
        records = {found.id: found for found in record.load(self.folder)}
        for directory in self.folder.iterdir():
            if directory.is_dir() and directory.name not in records:
                self._forget_directory(directory)
        return records

    async def start(self, instance: Instance) -> Record:
        """Make, plug and boot an instance. A tap that stays unwired is a `MachineError`; no process stays."""
        taps = self.taps(instance)
        await self._gone(instance.id, taps)
        directory = self._directory(instance)
        holder = await self._hold(instance, directory)
        try:
            pid = await _first_process(holder)
            await _plug(instance.plugs, pid)
            await self._wired(instance.plugs)
            found = self._remember(instance, pid, taps)
            _boot(holder)
        except BaseException:
            _end(holder.pid)
            await self._gone(instance.id, taps)
            raise
        log.info("instance %s (%s) started, boot %d", instance.id, instance.name, instance.boot)
        return found

    def taps(self, instance: Instance) -> tuple[str, ...]:
        """The node's ends of an instance's interfaces, in their order."""
        return tuple(names.tap(plug.port_id) for plug in instance.plugs)

    async def replug(self, instance: Instance, found: Record) -> Record:
        """Plug a running instance's new interfaces and unplug the ones that it shall not have any more."""
        taps = self.taps(instance)
        await self._take_away(tuple(tap for tap in found.taps if tap not in taps))
        new = tuple(plug for plug in instance.plugs if names.tap(plug.port_id) not in found.taps)
        if new:
            first = _next_interface(found.pid)
            await self._take_away(self.taps(replace(instance, plugs=new)))
            await _plug(new, found.pid, first)
            await self._wired(new)
            for number in range(first, first + len(new)):
                argv = [*enter_argv(found.pid), "sh", "/usr/sbin/hawser-interface", f"eth{number}"]
                await asyncio.to_thread(_run, argv)
        found = replace(found, taps=taps)
        record.save(self.folder, found)
        return found

    async def stop(self, found: Record) -> None:
        """Ask the instance to end, make it end, and take its taps away. Its disk stays."""
        if record.alive(found):
            await _terminate(found.pid)
        await self._gone(found.id, found.taps)
        log.info("instance %s (%s) stopped", found.id, found.name)

    async def delete(self, found: Record) -> None:
        """Stop the instance and remove all of it."""
        await self.stop(found)
        self._forget_directory(self.folder / found.id)
        record.path(self.folder, found.id).unlink(missing_ok=True)

    def discard(self, instance_id: str) -> None:
        """Remove what is left of an instance that never ran."""
        self._forget_directory(self.folder / instance_id)

    def console(self, instance_id: str) -> str:
        """The last part of an instance's output."""
        try:
            with (self.folder / instance_id / "console.log").open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - CONSOLE_TAIL))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def _directory(self, instance: Instance) -> Path:
        """The instance's own file system, mounted and laid out."""
        directory = self.folder / instance.id
        directory.mkdir(mode=0o700, exist_ok=True)
        if not directory.is_mount():
            size = f"size={max(1, instance.disk)}g,mode=700"
            _run(["mount", "-t", "tmpfs", "-o", size, "instance", str(directory)])
        disk.make(directory, instance)
        return directory

    async def _hold(self, instance: Instance, directory: Path) -> subprocess.Popen[bytes]:
        """Start the first process; it waits for a line before it boots."""
        script = str(resources.files("hawser.cloud.agent") / "init.sh")
        isolated = ["unshare", *NAMESPACES, "--fork", "--kill-child=SIGKILL", "--propagation", "private"]
        with (directory / "console.log").open("ab") as console:
            holder = subprocess.Popen(
                [*isolated, "/bin/sh", script, str(directory), instance.hostname],
                stdin=subprocess.PIPE,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"},
            )
        self._holders[instance.id] = holder
        return holder

    async def _wired(self, plugs: tuple[Plug, ...]) -> None:
        """Return when every tap is on a bridge."""
        waiting = [names.tap(plug.port_id) for plug in plugs]
        deadline = time.monotonic() + self.plug_timeout
        while waiting:
            waiting = [tap for tap in waiting if not Path(f"/sys/class/net/{tap}/master").exists()]
            if waiting and time.monotonic() > deadline:
                raise MachineError(
                    f"no agent put {', '.join(waiting)} on a bridge within {self.plug_timeout:g} s; "
                    "see whether the Linux bridge agent of this host is alive"
                )
            await asyncio.sleep(LOOK_SECONDS)

    def _remember(self, instance: Instance, pid: int, taps: tuple[str, ...]) -> Record:
        started = record.start_time(pid)
        if started is None:
            raise MachineError(f"instance {instance.id} ended at once: {self.console(instance.id)[-300:]}")
        found = Record(instance.id, instance.name, instance.boot, pid, started, taps)
        record.save(self.folder, found)
        return found

    async def _gone(self, instance_id: str, taps: tuple[str, ...]) -> None:
        """Reap the process that held the instance; take its taps away now: the kernel would do it later."""
        holder = self._holders.pop(instance_id, None)
        if holder is not None:
            await asyncio.to_thread(holder.wait)
        await self._take_away(taps)

    async def _take_away(self, taps: tuple[str, ...]) -> None:
        for tap in taps:
            if Path(f"/sys/class/net/{tap}").exists():
                await asyncio.to_thread(_run, ["ip", "link", "delete", tap], may_fail=True)

    def _forget_directory(self, directory: Path) -> None:
        if directory.is_mount():
            _run(["umount", "-l", str(directory)])
        shutil.rmtree(directory, ignore_errors=True)


async def _first_process(holder: subprocess.Popen[bytes]) -> int:
    """The process that ``unshare`` forked: the first one of the new namespaces."""
    children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children")
    for _ in range(500):
        if holder.poll() is not None:
            break
        if words := children.read_text().split():
            return int(words[0])
        await asyncio.sleep(0.002)
    raise MachineError("unshare made no process: see the instance's console and `unshare --help`")


async def _plug(plugs: tuple[Plug, ...], pid: int, first: int = 0) -> None:
    """Make veth pairs in one run of ``ip``; the instance's ends are ``eth<first>`` and on."""
    lines = []
    for number, plug in enumerate(plugs, first):
        tap = names.tap(plug.port_id)
        peer = f"peer name eth{number} address {plug.mac} mtu {plug.mtu} netns {pid}"
        lines.append(f"link add {tap} mtu {plug.mtu} type veth {peer}")
        lines.append(f"link set {tap} addrgenmode none up")
    if lines:
        await asyncio.to_thread(_run, ["ip", "-batch", "-"], "\n".join(lines) + "\n")


def _next_interface(pid: int) -> int:
    """The first number that no ``eth…`` of the instance has, nor any above it."""
    names_there = re.findall(r"^ *eth(\d+):", Path(f"/proc/{pid}/net/dev").read_text(), re.MULTILINE)
    return max(map(int, names_there), default=-1) + 1


def _boot(holder: subprocess.Popen[bytes]) -> None:
    assert holder.stdin is not None
    holder.stdin.write(b"go\n")
    holder.stdin.close()


async def _terminate(pid: int) -> None:
    """SIGTERM, then SIGKILL; return when the process, and with it all of its namespace, is gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        _end(pid, signal.SIGTERM)
        if not await asyncio.to_thread(_ended, handle, STOP_SECONDS):
            _end(pid)
            await asyncio.to_thread(_ended, handle, STOP_SECONDS)
    finally:
        os.close(handle)


def _ended(handle: int, seconds: float) -> bool:
    ready, _, _ = select.select([handle], [], [], seconds)
    return bool(ready)


def _end(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        log.debug("process %d was gone before signal %d", pid, number)


def _run(argv: list[str], text: str | None = None, may_fail: bool = False) -> None:
    """Run a command; what it says when it fails becomes a `MachineError`."""
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise MachineError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()}")
