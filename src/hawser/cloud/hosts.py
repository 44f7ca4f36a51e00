"""The compute nodes, as far as they let hear of themselves: who is alive, who has room, what consoles say."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hawser.cloud.model import Server


@dataclass(frozen=True, slots=True)
class Host:
    """A compute node; ``silent`` is for how many seconds nothing was heard of it."""

    name: str
    alive: bool
    silent: float


class Hosts:
    """All compute nodes that were ever heard of since the service runs."""

    def __init__(self, down_after: float, clock: Callable[[], float] = time.monotonic) -> None:
        """``down_after`` is how many seconds of silence make a host dead."""
        self._down_after = down_after
        self._clock = clock
        self._heard: dict[str, float] = {}
        self._consoles: dict[str, str] = {}

    def heard(self, name: str) -> None:
        """A sign of life."""
        self._heard[name] = self._clock()

    def all(self) -> list[Host]:
        """Every host, by name."""
        now = self._clock()
        return [
            Host(name, now - at <= self._down_after, now - at) for name, at in sorted(self._heard.items())
        ]

    def alive(self, name: str | None) -> bool:
        """Whether a host lets hear of itself."""
        return any(host.alive and host.name == name for host in self.all())

    def choose(self, servers: Iterable[Server]) -> str | None:
        """The live host with the fewest servers, the first by name among equals; None without any."""
        load = Counter(server.host for server in servers)
        alive = [host.name for host in self.all() if host.alive]
        return min(alive, key=lambda name: (load[name], name), default=None)

    def keep_console(self, server_id: str, text: str) -> None:
        """What a server's console showed last."""
        self._consoles[server_id] = text

    def console(self, server_id: str) -> str:
        """The last of a server's console that is known."""
        return self._consoles.get(server_id, "")

    def forget(self, server_id: str) -> None:
        """Drop what is kept of a server."""
        self._consoles.pop(server_id, None)
