"""That files were read, by whomever (inotify(7)): a daemon that opens one at a known moment tells how far it is."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import time
from collections.abc import Iterable
from contextlib import suppress

_CLOSE_NOWRITE = 0x10
_EVENT = struct.Struct("=iIII")
_libc = ctypes.CDLL(None)


class Readings:
    """What is read of these files from now on. A file that is not there is not waited for, nor is any where the kernel
    has no more watchers to give (`fs.inotify.max_user_instances`)."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._handle: int = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        watches = (_libc.inotify_add_watch(self._handle, os.fsencode(path), _CLOSE_NOWRITE) for path in paths)
        self._unread = {watch for watch in watches if watch >= 0}

    def wait(self, deadline: float) -> bool:
        """Until all were read to their end, or until this moment of the monotonic clock; whether they were."""
        poll = select.poll()
        if self._unread:
            poll.register(self._handle, select.POLLIN)
        while self._unread and (left := deadline - time.monotonic()) > 0:
            poll.poll(left * 1000)
            self._drain()
        return not self._unread

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            told = os.read(self._handle, 4096)
            while told:
                watch, _, _, length = _EVENT.unpack_from(told)
                self._unread.discard(watch)
                told = told[_EVENT.size + length :]

    def close(self) -> None:
        """Watch no longer."""
        if self._handle >= 0:
            os.close(self._handle)
