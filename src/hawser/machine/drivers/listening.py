"""A TCP socket that listens in a namespace, for a process that stays outside of it."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address

from hawser.base.errors import MachineError
from hawser.machine.drivers.namespaces import Namespaces

_FREEBIND = 15  # the option's name in linux/in.h: IP_FREEBIND
_WAITING = 64


def listen(namespaces: Namespaces, netns: str, address: IPv4Address, port: int) -> socket.socket:
    """Listen there; the address need not be on the machine yet. Raises MachineError.

    The socket, and each connection that it accepts, keeps its namespace alive: close them before the namespace goes.
    """
    try:
        with namespaces.entered(netns):
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.IPPROTO_IP, _FREEBIND, 1)
            made.bind((str(address), port))
            made.listen(_WAITING)
        except OSError:
            made.close()
            raise
    except OSError as error:
        message = f"Cannot listen on {address}:{port} in {netns}: {error.strerror}."
        raise MachineError(message) from None
    return made
