"""Services started all at once, each as soon as those that it needs are ready; the first failure ends the
rest."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from hawser.base.errors import LabError
from hawser.lab import daemons
from hawser.lab.agents import Census
from hawser.lab.node import Node
from hawser.lab.progress import Progress, step
from hawser.lab.services import Service


class Startup:
    """One start of some services. ``sockets`` are handed over and stay open here until the caller closes
    them."""

    def __init__(
        self,
        node: Callable[[str], Node],
        sockets: Mapping[str, socket.socket],
        ports: Mapping[str, int],
        progress: Progress,
    ) -> None:
        self._node = node
        self._sockets = sockets
        self._ports = ports
        self._progress = progress
        self._abort = threading.Event()
        self._futures: dict[str, Future[None]] = {}

    def run(self, services: Collection[Service]) -> None:
        """Start them and wait until all are ready; LabError of the first that is not. After an error or a
        KeyboardInterrupt no further service is started."""
        if not services:
            return
        with ThreadPoolExecutor(len(services)) as pool:
            try:
                for service in services:
                    # The table lists a service after those that it needs, so their futures are there.
                    needs = [self._futures[key] for key in service.after if key in self._futures]
                    self._futures[service.key] = pool.submit(self._start, service, needs)
                done, _ = wait(self._futures.values(), return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            finally:
                self._abort.set()

    def _start(self, service: Service, needs: Collection[Future[None]]) -> None:
        for need in needs:
            need.result()
        if self._abort.is_set():
            return
        node = self._node(service.node)
        with step(self._progress, service.title):
            daemons.start(node, service, self._sockets)
            ports = [self._ports[port] for port, _ in service.listens]
            daemons.wait_until_ready(node, service, ports, self._abort.is_set)


def await_agents(
    census: Census, wanted: frozenset[tuple[str, str]], dead: Callable[[], str | None], timeout: float = 60.0
) -> None:
    """Wait until the networking API says that these agents (host, binary) live. ``dead`` answers why waiting
    is in vain, or None; ``timeout`` in seconds."""
    deadline = time.monotonic() + timeout
    while missing := wanted - census.alive():
        names = ", ".join(f"{binary} on {host}" for host, binary in sorted(missing))
        if (why := dead()) is not None:
            raise LabError(why)
        if time.monotonic() > deadline:
            raise LabError(f"Not alive after {timeout:.0f} s: {names}. See /var/log/neutron/node.log there.")
        time.sleep(0.1)
