"""What a conntrackd can be asked over its socket, without starting a process.

A command is one number in the machine's own byte order. conntrackd reads it, does it, and hangs up.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress

_SEND_BULK = struct.pack("=i", 22)


def resend(control: str) -> None:
    """Have the conntrackd that listens at this path send all connections that it knows of its own to its peers.

    Nobody is waited for: one that is not there, or is behind with its work, is not asked.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as asked, suppress(OSError):
        asked.connect(control)
        asked.send(_SEND_BULK)
