"""What wakes an agent: a link came or went, a daemon died. Events are hints: the machine is read again then.

Both have a ``fileno`` for an event loop's reader, and ``drain`` for its callback.
"""

from __future__ import annotations

import os
import select
from collections.abc import Collection

from hawser.machine.drivers.netlink import Socket

_LINK_GROUP = 1


class LinkEvents:
    """Changes of links in the namespace that this is made in."""

    def __init__(self) -> None:
        self._socket = Socket(groups=_LINK_GROUP)

    def fileno(self) -> int:
        """Readable when a link has come, gone or changed."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Whether anything has happened since the last call; too much to be kept counts, too."""
        return self._socket.drain()

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()


class ProcessEvents:
    """The end of processes, by handles of the kernel (pidfd): no polling, no mistaken pid."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handles: dict[int, int] = {}

    def fileno(self) -> int:
        """Readable when a followed process has ended."""
        return self._epoll.fileno()

    def follow(self, pids: Collection[int]) -> bool:
        """Follow these processes and no others; whether all of them still live."""
        for pid in self._handles.keys() - set(pids):
            self._drop(pid)
        missing = False
        for pid in set(pids) - self._handles.keys():
            try:
                handle = os.pidfd_open(pid)
            except ProcessLookupError:
                missing = True
                continue
            self._handles[pid] = handle
            self._epoll.register(handle, select.EPOLLIN)
        return not missing

    def drain(self) -> bool:
        """Whether a process has ended since the last call; it is followed no longer."""
        ended = {handle for handle, _ in self._epoll.poll(0)}
        for pid, handle in list(self._handles.items()):
            if handle in ended:
                self._drop(pid)
        return bool(ended)

    def close(self) -> None:
        """Follow nothing."""
        for pid in list(self._handles):
            self._drop(pid)
        self._epoll.close()

    def _drop(self, pid: int) -> None:
        handle = self._handles.pop(pid)
        self._epoll.unregister(handle)
        os.close(handle)
