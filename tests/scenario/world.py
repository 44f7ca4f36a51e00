"""A lab with a tenant's network on it, built over the APIs as clients do, and what a user can see of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from hawser.lab.lab import Lab
from hawser.lab.ping import Ping, Record, wait_for_answer

NETWORK_NODES = ("network1", "network2")


class Client:
    """The APIs of a lab as one user; the first answer that is an error fails the test."""

    def __init__(self, lab: Lab, user: str) -> None:
        self._env = lab.environment(user)
        self._ports = lab.record.ports
        self.project = ""
        self._http = httpx.Client(headers={"X-Auth-Token": self._token()}, timeout=30, trust_env=False)

    def _token(self) -> str:
        env = self._env
        domain = {"name": "Default"}
        user = {"name": env["OS_USERNAME"], "domain": domain, "password": env["OS_PASSWORD"]}
        scope = {"project": {"name": env["OS_PROJECT_NAME"], "domain": domain}}
        identity = {"methods": ["password"], "password": {"user": user}}
        url = f"{env['OS_AUTH_URL'].rstrip('/')}/auth/tokens"
        answer = httpx.post(url, json={"auth": {"identity": identity, "scope": scope}}, trust_env=False)
        answer.raise_for_status()
        self.project = answer.json()["token"]["project"]["id"]
        return answer.headers["X-Subject-Token"]

    def network(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        return self._call(method, f"http://127.0.0.1:{self._ports['network']}/v2.0/{path}", body, query)

    def compute(self, method: str, path: str, body: Any = None) -> Any:
        return self._call(method, f"http://127.0.0.1:{self._ports['compute']}/v2.1/{path}", body, {})

    def make(self, noun: str, **attributes: Any) -> dict[str, Any]:
        collection = noun.replace("_", "-") + "s"
        return self.network("POST", collection, {noun: attributes})[noun]

    def _call(self, method: str, url: str, body: Any, query: dict[str, str]) -> Any:
        answer = self._http.request(method, url, json=body, params=query)
        assert answer.status_code < 400, f"{method} {url}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


class World:
    """An external network, a tenant's dual-stack network, a highly available router, an instance with a
    floating IP."""

    def __init__(self, lab: Lab, nodes: Sequence[str] = NETWORK_NODES) -> None:
        self.lab = lab
        self.nodes = nodes
        self.admin = Client(lab, "admin")
        self.demo = Client(lab, "demo")
        self._external()
        self._tenant()
        self.server = self._server()

    def _external(self) -> None:
        flat = {
            "provider:network_type": "flat",
            "provider:physical_network": "provider",
            "router:external": True,
        }
        self.external = self.admin.make("network", name="provider1", **flat)["id"]
        pool = [{"start": "203.0.113.101", "end": "203.0.113.200"}]
        v4 = {
            "cidr": "203.0.113.0/24",
            "gateway_ip": "203.0.113.1",
            "ip_version": 4,
            "allocation_pools": pool,
        }
        self.admin.make("subnet", network_id=self.external, enable_dhcp=False, **v4)
        v6 = {"cidr": "fd00:203:0:113::/64", "gateway_ip": "fd00:203:0:113::1", "ip_version": 6}
        self.admin.make("subnet", network_id=self.external, enable_dhcp=False, **v6)

    def _tenant(self) -> None:
        self.tenant = self.demo.make("network", name="selfservice2")["id"]
        v4 = self.demo.make("subnet", network_id=self.tenant, cidr="198.51.100.0/24", ip_version=4)["id"]
        slaac = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
        v6 = {"cidr": "fd00:198:51:100::/64", "ip_version": 6, **slaac}
        v6_id = self.demo.make("subnet", network_id=self.tenant, **v6)["id"]
        router = {"name": "router2", "project_id": self.demo.project, "ha": True}
        self.router = self.admin.make("router", **router)["id"]
        for subnet in (v4, v6_id):
            self.demo.network("PUT", f"routers/{self.router}/add_router_interface", {"subnet_id": subnet})
        gateway = {"external_gateway_info": {"network_id": self.external}}
        self.demo.network("PUT", f"routers/{self.router}", {"router": gateway})

    def _server(self) -> dict[str, Any]:
        wanted = {
            "name": "one",
            "imageRef": self._image(),
            "flavorRef": "1",
            "networks": [{"uuid": self.tenant}],
        }
        server = self.demo.compute("POST", "servers", {"server": wanted})["server"]["id"]
        until(lambda: self._status(server) == "ACTIVE", 30, "the instance is ACTIVE")
        self.port = self.demo.network("GET", "ports", device_id=server)["ports"][0]
        address = {"floating_network_id": self.external, "port_id": self.port["id"]}
        self.floating = self.demo.make("floatingip", **address)["floating_ip_address"]
        return self.demo.compute("GET", f"servers/{server}")["server"]

    def _image(self) -> str:
        url = f"http://127.0.0.1:{self.lab.record.ports['image']}/v2/images"
        return self.demo._call("GET", url, None, {})["images"][0]["id"]

    def _status(self, server: str) -> str:
        return self.demo.compute("GET", f"servers/{server}")["server"]["status"]

    @property
    def netns(self) -> str:
        return f"qrouter-{self.router}"

    def masters(self) -> list[str]:
        """The network nodes whose namespace holds the gateway's addresses."""
        held = []
        for name in self.nodes:
            node = self.lab.node(name)
            if node.powered:
                shown = node.run(["ip", "-n", self.netns, "-o", "-4", "address"], check=False).stdout
                if " qg-" in shown:
                    held.append(name)
        return held

    def settle(self) -> str:
        """Wait until all is well: one master that everybody knows, and an answer from outside; its node."""
        until(lambda: len(self.masters()) == 1, 15, "there is one master")
        assert wait_for_answer(self.lab.node("outside"), self.floating, 20) is not None
        master = self.masters()[0]
        until(lambda: self.states() == {n: _state(n == master) for n in self.nodes}, 15, "the API knows it")
        return master

    def states(self) -> dict[str, str]:
        """What the API says of the router's hosts."""
        agents = self.admin.network("GET", f"routers/{self.router}/l3-agents")["agents"]
        return {agent["host"]: agent["ha_state"] for agent in agents}

    def ping(self, address: str | None = None) -> Ping:
        return Ping(self.lab.node("outside"), address or self.floating)

    def other(self, node: str) -> str:
        return next(name for name in self.nodes if name != node)

    def pids(self, node: str, program: str) -> list[int]:
        """The processes of a node by their program's name, as the node numbers them."""
        found = self.lab.node(node).run(["pidof", program], check=False).stdout.split()
        return sorted(int(pid) for pid in found)


def _state(active: bool) -> str:
    return "active" if active else "standby"


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds; the test fails by its name if it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def came_back(record: Record, since: float) -> bool:
    """Whether answers came again after ``since``, up to the end of the ping."""
    return len(record.between(since).replies) > 25


@contextmanager
def raised(name: str, nodes: Sequence[str] = NETWORK_NODES, **options: Any) -> Iterator[World]:
    """A lab of one's own with a world on it, taken down at the end; ``options`` are ``Lab.up``'s."""
    lab = Lab.up(f"{name}{os.getpid()}", network_nodes=len(nodes), **options)
    try:
        yield World(lab, nodes)
    finally:
        lab.down()
