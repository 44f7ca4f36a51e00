"""Who holds each router's addresses, on all network nodes at once, as the kernel tells it the moment it changes.

It watches from outside of the nodes, so that it goes on when one is frozen. A router's namespace is kept for a moment
by who watches it: this lets go of one within a twentieth of a second of its end.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hawser.base import names
from hawser.base.errors import LabError, MachineError
from hawser.lab.lab import Lab
from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.drivers.netlink import Socket
from soak.holding import Change, History

ROUND = 0.05
"""Seconds between two looks for namespaces that came or went."""
_ADDRESSES = 0x10
"""The group of changes of IPv4 addresses (RTMGRP_IPV4_IFADDR)."""
Place = tuple[str, str, int]
"""Node, router, and the inode number of its namespace: a router that returns has another."""


class _Watched:
    """One router's namespace on one node."""

    def __init__(self) -> None:
        self.events = Socket(groups=_ADDRESSES)
        self._asks = Socket()

    def holds(self) -> bool:
        """Whether it has the router's addresses; those of stand-bys are link-local alone."""
        rows = rtnetlink.addresses(self._asks)
        own = (row.interface for row in rows if row.interface.version == 4)
        return any(not (each.is_link_local or each.is_loopback) for each in own)

    def close(self) -> None:
        self.events.close()
        self._asks.close()


class Sentry:
    """Watches from when it is made until `close`."""

    def __init__(self, lab: Lab, nodes: list[str]) -> None:
        self._lab = lab
        self._nodes = nodes
        self._watched: dict[Place, _Watched] = {}
        self._held: set[tuple[str, str]] = set()
        self._changes: list[Change] = []
        self._since: tuple[float, frozenset[tuple[str, str]]] = (time.time(), frozenset())
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sentry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()

    def masters(self, router: str) -> list[str]:
        """The nodes that hold a router's addresses now."""
        with self._lock:
            return sorted(node for node, held in self._held if held == router)

    def mark(self) -> None:
        """A time begins here, of which `history` will tell."""
        with self._lock:
            self._changes.clear()
            self._since = (time.time(), frozenset(self._held))

    def history(self) -> History:
        """What has happened since the mark."""
        with self._lock:
            return History(*self._since, tuple(self._changes), time.time())

    def _run(self) -> None:
        home = Namespaces()
        try:
            while not self._over.is_set():
                self._look_round(home)
                self._listen()
        finally:
            for place in list(self._watched):
                self._forget(place)
            home.close()

    def _look_round(self, home: Namespaces) -> None:
        there = dict(self._places())
        for place in self._watched.keys() - there.keys():
            self._forget(place)
        for place in there.keys() - self._watched.keys():
            with suppress(MachineError, OSError), home.entered(str(there[place])):
                self._watched[place] = _Watched()
                self._note(place, self._watched[place].holds())

    def _places(self) -> Iterator[tuple[Place, Path]]:
        """The routers' namespaces that there are, and by which files they are entered."""
        for node in self._nodes:
            with suppress(LabError, OSError):
                directory = self._lab.node(node).path("/run/netns")
                for path in directory.glob(f"{names.ROUTER_NAMESPACE}*"):
                    router = path.name.removeprefix(names.ROUTER_NAMESPACE)
                    yield (node, router, path.stat().st_ino), path

    def _listen(self) -> None:
        ears = {watched.events.fileno(): place for place, watched in self._watched.items()}
        poll = select.poll()
        for ear in ears:
            poll.register(ear, select.POLLIN)
        until = time.monotonic() + ROUND
        while (left := until - time.monotonic()) > 0:
            for ear, _ in poll.poll(left * 1000):
                watched = self._watched[ears[ear]]
                watched.events.drain()
                self._note(ears[ear], watched.holds())

    def _forget(self, place: Place) -> None:
        self._watched.pop(place).close()
        if not any(other[:2] == place[:2] for other in self._watched):
            self._note(place, False)

    def _note(self, place: Place, holds: bool) -> None:
        node, router, _ = place
        with self._lock:
            if holds != ((node, router) in self._held):
                (self._held.add if holds else self._held.discard)((node, router))
                self._changes.append(Change(time.time(), node, router, holds))
