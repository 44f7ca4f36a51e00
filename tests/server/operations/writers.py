"""Eight writers at several servers at once, and what they were told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.server.operations.servers import Server

WRITERS = 8


@dataclass
class Told:
    """What the servers said: ids of acknowledged things by collection, refusals, and broken connections by URL."""

    made: dict[str, set[str]] = field(
        default_factory=lambda: {"networks": set(), "ports": set(), "routers": set()}
    )
    refused: list[str] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> int:
        with self.lock:
            return sum(map(len, self.made.values()))


class Writers:
    """Threads that create ports in one subnet, networks and HA routers of one new project, without a pause.

    Each has a server that it asks until a connection breaks; then it goes on with the next one.
    """

    def __init__(self, servers: Sequence[Server], network_id: str) -> None:
        self.told = Told()
        self._servers = servers
        self._network_id = network_id
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(WRITERS)]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        server = number
        while not self._stopped.is_set():
            try:
                self._use(self._servers[server % len(self._servers)], number)
            except httpx.TransportError:
                with self.told.lock:
                    self.told.broken[self._servers[server % len(self._servers)].url] += 1
                server += 1

    def _use(self, server: Server, number: int) -> None:
        with server.client("load") as client:
            while not self._stopped.is_set():
                self._create(client, "ports", {"network_id": self._network_id})
                self._create(client, "networks", {"name": f"writer{number}"})
                self._create(client, "routers", {"name": f"writer{number}", "ha": True})

    def _create(self, client: httpx.Client, collection: str, attributes: dict[str, Any]) -> None:
        answer = client.post(f"/{collection}", json={collection[:-1]: attributes})
        with self.told.lock:
            if answer.status_code == 201:
                self.told.made[collection].add(answer.json()[collection[:-1]]["id"])
            else:
                self.told.refused.append(f"{answer.status_code} {answer.text}")


def begin(server: Server) -> str:
    """A network with a large subnet, for ports; its id."""
    with server.client("load") as client:
        network = client.post("/networks", json={"network": {"name": "common"}}).json()["network"]
        subnet = {"network_id": network["id"], "ip_version": 4, "cidr": "10.0.0.0/16"}
        assert client.post("/subnets", json={"subnet": subnet}).status_code == 201
    return str(network["id"])


def listed(server: Server, collection: str) -> list[dict[str, Any]]:
    """All that an administrator is shown."""
    with server.client() as client:
        answer = client.get(f"/{collection}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()[collection]
        return found


def assert_nothing_twice(server: Server) -> None:
    """No address, MAC or segment is given twice, and the project has one HA network."""
    ports, networks = listed(server, "ports"), listed(server, "networks")
    _all_differ([(ip["subnet_id"], ip["ip_address"]) for port in ports for ip in port["fixed_ips"]])
    _all_differ([port["mac_address"] for port in ports])
    _all_differ([(one["provider:network_type"], one["provider:segmentation_id"]) for one in networks])
    assert len({one["id"] for one in networks if one["name"].startswith("HA network")}) == 1


def assert_nothing_lost(server: Server, told: Told) -> None:
    """All that was acknowledged is there."""
    for collection, made in told.made.items():
        assert made, f"no {collection} were made at all"
        assert made <= {one["id"] for one in listed(server, collection)}


def _all_differ(values: Sequence[object]) -> None:
    assert values
    assert [value for value, count in Counter(values).items() if count > 1] == []
