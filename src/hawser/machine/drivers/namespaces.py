"""Named network namespaces: make, remove, list, step into. As `ip netns` does it, without a process.

A name is a file below /run/netns with the namespace bind-mounted on it. Stepping in concerns the calling thread
only (setns(2) costs microseconds), and what it starts meanwhile.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hawser.base.errors import MachineError
from hawser.machine.items.item import ROOT

DIRECTORY = Path("/run/netns")

_CLONE_NEWNET = 0x40000000
_MS_BIND, _MS_REC, _MS_SHARED = 0x1000, 0x4000, 0x100000
_MNT_DETACH = 2
_HERE = "/proc/thread-self/ns/net"
_IPV6_OFF = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")
_libc = ctypes.CDLL(None, use_errno=True)


class Namespaces:
    """The named network namespaces of the machine. Holds the namespace that it was made in as the root one."""

    def __init__(self) -> None:
        self._root = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
        self._device = os.fstat(self._root).st_dev

    def close(self) -> None:
        """Let go of the root namespace."""
        os.close(self._root)

    def names(self) -> list[str]:
        """The names that stand for a namespace; left-over files do not."""
        try:
            return sorted(name for name in os.listdir(DIRECTORY) if self.identity(name))  # noqa: PTH208
        except FileNotFoundError:
            return []

    def identity(self, name: str) -> int:
        """The inode number of a namespace, 0 if there is none of this name: tells apart two of one name."""
        try:
            found = (DIRECTORY / name).stat() if name != ROOT else os.fstat(self._root)
        except FileNotFoundError:
            return 0
        return found.st_ino if found.st_dev == self._device else 0

    @contextmanager
    def entered(self, name: str) -> Iterator[None]:
        """The calling thread is in the namespace within the block. Raises MachineError if there is none."""
        if name == ROOT:
            yield
            return
        try:
            handle = os.open(DIRECTORY / name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise MachineError(f"There is no network namespace {name}.") from None
        try:
            _call("setns", handle, _CLONE_NEWNET, asked=f"enter the network namespace {name}")
        finally:
            os.close(handle)
        try:
            yield
        finally:
            _call("setns", self._root, _CLONE_NEWNET, asked="return from a network namespace")

    def create(self, name: str) -> None:
        """Make a namespace of this name; nothing to do if there is one. Raises MachineError.

        New interfaces in it have IPv6 off until a setting turns it on: an interface that comes up with IPv6 speaks
        (listener reports, duplicate address detection) before anybody could tell it not to.
        """
        if self.identity(name):
            return
        _share_directory()
        path = DIRECTORY / name
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0))
        asked = f"create the network namespace {name}"
        _call("unshare", _CLONE_NEWNET, asked=asked)
        try:
            _IPV6_OFF.write_text("1")
            _mount(_HERE, path, _MS_BIND, asked)
        finally:
            _call("setns", self._root, _CLONE_NEWNET, asked="return from a new network namespace")

    def delete(self, name: str) -> None:
        """Take the name away; the namespace goes with its last user. Nothing to do if there is none."""
        path = DIRECTORY / name
        while self.identity(name):
            _call("umount2", os.fsencode(path), _MNT_DETACH, asked=f"delete the network namespace {name}")
        path.unlink(missing_ok=True)


def _share_directory() -> None:
    """Namespaces named here show in other mount namespaces, too, and go there when they go here."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    asked = f"share {DIRECTORY} among mount namespaces"
    with suppress(MachineError):
        return _mount("none", DIRECTORY, _MS_SHARED | _MS_REC, asked)
    _mount(str(DIRECTORY), DIRECTORY, _MS_BIND | _MS_REC, asked)
    return _mount("none", DIRECTORY, _MS_SHARED | _MS_REC, asked)


def _mount(source: str, target: Path, flags: int, asked: str) -> None:
    _call("mount", source.encode(), os.fsencode(target), b"none", flags, None, asked=asked)


def _call(function: str, *arguments: object, asked: str) -> None:
    if getattr(_libc, function)(*arguments) != 0:
        words = os.strerror(ctypes.get_errno())
        raise MachineError(f"Cannot {asked}: {words}. Run as root, with CAP_SYS_ADMIN and CAP_NET_ADMIN.")
