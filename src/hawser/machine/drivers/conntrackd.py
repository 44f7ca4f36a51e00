"""What a conntrackd can be asked over its socket, without starting a process.

A command is one number in the machine's own byte order. conntrackd reads it, does it, and hangs up.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from enum import IntEnum

PATIENCE = 3.0
"""Seconds in which a command has to be done: one that hangs is ended in less."""


class Command(IntEnum):
    """What it is asked for; in brackets conntrackd's own option for it."""

    SEND_ALL = 22
    """Send its peers all connections that it knows of its own (``-B``)."""
    ASK_ALL = 23
    """Ask its peers for all of theirs (``-n``)."""
    FORGET_OWN = 33
    """Know none of its own any more; the kernel keeps them (``-f internal``)."""
    READ_KERNEL = 44
    """Know all that the kernel has as its own (``-R``)."""


def tell(control: str, commands: Iterable[Command]) -> bool:
    """Have the conntrackd that listens at this path do these, each when the one before is done; whether it did.

    One that is not there is not waited for, one that is busy for seconds at most.
    """
    try:
        for command in commands:
            _tell(control, command)
    except OSError:
        return False
    return True


def _tell(control: str, command: Command) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.settimeout(PATIENCE)
        asked.connect(control)
        asked.sendall(struct.pack("=i", command))
        while asked.recv(4096):  # until it hangs up
            pass
