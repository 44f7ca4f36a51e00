"""What the rows stand on: one lab with an external network, and in it a path from outside to a guest. Each part is
made when a row first asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network

from benchmarks import guest, routed
from benchmarks.api import Api
from hawser.base import names
from hawser.base.errors import LabError
from hawser.cli.story import NETWORK_NODES, masters
from hawser.lab.lab import Lab
from hawser.lab.node import Node
from hawser.lab.ping import wait_for_answer
from hawser.lab.progress import Progress, step

PATIENCE = 60.0
"""Seconds that a row waits for a state that must come before it gives up."""


@dataclass(frozen=True, slots=True)
class Path:
    """A guest behind a floating IP, and the router between."""

    router: routed.Router
    guest: guest.Guest
    floating: str


class Stage:
    """One lab for all rows that need one; ``close`` leaves nothing of it."""

    def __init__(self, name: str, progress: Progress, settings: tuple[str, ...] = ()) -> None:
        """``name`` is the lab's; ``settings`` are options of its, as `hawser lab up --set` takes them."""
        self.name = name
        self.progress = progress
        self.settings = settings

    @cached_property
    def lab(self) -> Lab:
        """The lab, with all its services; what ``settings`` do not name is as by default."""
        words = f" with {', '.join(self.settings)}" if self.settings else ""
        with step(self.progress, f"lab '{self.name}' for the rows{words}"):
            return Lab.up(self.name, settings=self.settings)

    @cached_property
    def admin(self) -> Api:
        """The administrator, who may say that a router is highly available and where a port is."""
        api = Api(self.lab, "admin")
        api.unlimit()
        return api

    @cached_property
    def external(self) -> str:
        """The id of the external network."""
        physical = {"provider:network_type": "flat", "provider:physical_network": "provider"}
        network = str(
            self.admin.create("network", name="provider1", **physical, **{"router:external": True})["id"]
        )
        pool = {"start": "203.0.113.10", "end": "203.0.113.250"}
        self.admin.create(
            "subnet",
            network_id=network,
            cidr="203.0.113.0/24",
            ip_version=4,
            gateway_ip="203.0.113.1",
            enable_dhcp=False,
            allocation_pools=[pool],
        )
        return network

    @cached_property
    def path(self) -> Path:
        """From outside over a floating IP and the router to a guest on compute1; it answers."""
        with step(self.progress, "a router, and a guest behind a floating IP"):
            inside = routed.make_network(self.admin, "path", IPv4Network("198.51.100.0/24"))
            router = routed.make_router(self.admin, inside, self.external)
            plugged = self.plug_guest(inside)
            made = self.admin.create("floatingip", floating_network_id=self.external, port_id=plugged.port)
            path = Path(router, plugged, str(made["floating_ip_address"]))
            self.settle(path)
        return path

    @property
    def outside(self) -> Node:
        """The host on the external network."""
        return self.lab.node("outside")

    @property
    def outside_address(self) -> str:
        """What instances reach it by."""
        return str(self.outside.spec.address("external").ip)

    def plug_guest(self, inside: routed.TenantNetwork) -> guest.Guest:
        """A guest on compute1."""
        prefix = inside.cidr.prefixlen
        return guest.plug(self.admin, self.lab.node("compute1"), inside.id, inside.gateway, prefix)

    def settle(self, path: Path) -> str:
        """Wait until the floating IP answers, one node holds the router and the API knows both parts; its
        name."""
        if wait_for_answer(self.outside, path.floating, PATIENCE) is None:
            raise LabError(f"{path.floating} does not answer from outside within {PATIENCE:.0f} s.")
        held = f"one node is master of router {path.router.id} and the other stands by"
        until(lambda: self._agreed(path.router.id), held)
        return masters(self.lab, path.router.id)[0]

    def _agreed(self, router: str) -> bool:
        held = masters(self.lab, router)
        if len(held) != 1 or not all(self._runs(name, router) for name in NETWORK_NODES):
            return False
        wanted = {name: "active" if name in held else "standby" for name in NETWORK_NODES}
        return self.admin.parts(router) == wanted

    def _runs(self, name: str, router: str) -> bool:
        """Whether the node has the router's namespace and some keepalived."""
        node = self.lab.node(name)
        found = node.run(["pidof", "keepalived"], check=False).returncode == 0
        return found and name in self.hosts_of(router)

    def hosts_of(self, router: str) -> list[str]:
        """The network nodes that have the router's namespace."""
        file = f"/run/netns/{names.router_namespace(router)}"
        return [name for name in NETWORK_NODES if self.lab.node(name).path(file).exists()]

    def other(self, name: str) -> str:
        """The other network node."""
        return next(node for node in NETWORK_NODES if node != name)

    def close(self) -> None:
        """End the lab, in whatever state it is, if there is one. Who asks for anything afterwards gets a new one."""
        if "admin" in self.__dict__:
            self.admin.close()
        if "lab" in self.__dict__:
            Lab.remove(self.name)
        for part in ("lab", "admin", "external", "path"):
            self.__dict__.pop(part, None)


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look ten times a second until it holds; LabError says ``what`` did not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise LabError(f"Not within {seconds:.0f} s: {what}.")
        time.sleep(0.1)
