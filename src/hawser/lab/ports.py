"""The lab's doors: listening sockets on the host's loopback, made here and handed to processes inside nodes.

A socket belongs to the network namespace that it was made in: a server in the controller's namespace that
inherits one answers on the host's loopback, and nothing of the lab is in the host's routing table.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Mapping

from hawser.base.errors import LabError

DEFAULTS = {"identity": 5000, "network": 9696, "compute": 8774, "image": 9292}
STRIDE = 100
LOOPBACK = "127.0.0.1"


def choose(taken_offsets: Iterable[int], wanted: int | None) -> dict[str, int]:
    """A port for each service: the default ones plus the wanted offset, or plus the next that no lab has and whose
    ports are free; the next that no lab has where none is."""
    if wanted is None:
        taken = set(taken_offsets)
        left = [offset for offset in range(0, 50_000, STRIDE) if offset not in taken]
        wanted = next((offset for offset in left if all(map(_is_free, _ports(offset).values()))), left[0])
    ports = _ports(wanted)
    if not all(1024 <= port <= 65535 for port in ports.values()):
        raise LabError(f"Port offset {wanted} leads out of 1024-65535. Try a multiple of 100 below 50000.")
    return ports


def _ports(offset: int) -> dict[str, int]:
    return {service: port + offset for service, port in DEFAULTS.items()}


def _is_free(port: int) -> bool:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def listen(ports: Mapping[str, int], lab: str) -> dict[str, socket.socket]:
    """A listening socket for each port; all or none."""
    sockets: dict[str, socket.socket] = {}
    try:
        for service, port in ports.items():
            sockets[service] = _listen(service, port, lab)
    except BaseException:
        close(sockets)
        raise
    return sockets


def close(sockets: Mapping[str, socket.socket]) -> None:
    """Let go of this process's hold on sockets; who inherited them goes on."""
    for listening in sockets.values():
        listening.close()


def _listen(service: str, port: int, lab: str) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port), backlog=1024)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        remedy = f"hawser lab up --name {lab} --port-offset {STRIDE}"
        message = f"Port {port} of {LOOPBACK} (for {service}) is taken. See `ss -ltnp`, or try: {remedy}."
        raise LabError(message) from None
