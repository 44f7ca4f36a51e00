"""More instances than the world has, what runs in them, and what they hear."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hawser.lab.environments import own
from hawser.lab.node import Node
from tests.scenario.world import World, until

_SAY_WHO = """
import socket, sys
listening = socket.create_server(("", int(sys.argv[1])))
print("listening", flush=True)
while True:
    peer, address = listening.accept()
    peer.sendall(address[0].encode())
    peer.close()
"""
_ASK = """
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
peer.settimeout(2)
print(peer.recv(100).decode())
"""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance by its name, on its node; ``port`` is as the API shows it."""

    name: str
    node: Node
    port: dict[str, Any]

    @property
    def address(self) -> str:
        """Its IPv4 address."""
        return next(ip["ip_address"] for ip in self.port["fixed_ips"] if "." in ip["ip_address"])

    def words(self, *words: str) -> list[str]:
        """What runs a command in it."""
        return [str(own("hawser")), "cloud", "exec", self.name, "--", *words]

    def ask(self, address: str, port: int) -> str:
        """As whom an instance that `says_who` sees this one; "" where there is no answer."""
        asked = self.words("python3", "-c", _ASK, address, str(port))
        return self.node.run(asked, check=False).stdout.strip()


@contextmanager
def booted(world: World, name: str, network: str) -> Iterator[Instance]:
    """An instance on a network, while this lasts."""
    image = world.server["image"]["id"]
    wanted = {"name": name, "imageRef": image, "flavorRef": "1", "networks": [{"uuid": network}]}
    server = world.demo.compute("POST", "servers", {"server": wanted})["server"]["id"]
    try:
        until(lambda: _shown(world, server)["status"] == "ACTIVE", 30, f"{name} is ACTIVE")
        (port,) = world.demo.network("GET", "ports", device_id=server)["ports"]
        yield Instance(name, world.lab.node(_shown(world, server)["hostId"]), port)
    finally:
        world.demo.compute("DELETE", f"servers/{server}")
        until(lambda: not world.demo.network("GET", "ports", device_id=server)["ports"], 20, "it is gone")


def first(world: World) -> Instance:
    """The world's own instance."""
    return Instance("one", world.lab.node(world.server["hostId"]), world.port)


@contextmanager
def says_who(guest: Instance, port: int) -> Iterator[None]:
    """While this lasts, the instance tells everybody who connects to the port as whom it sees them."""
    words = guest.words("python3", "-c", _SAY_WHO, str(port))
    listening = guest.node.popen(words, stdout=subprocess.PIPE, text=True)
    assert listening.stdout is not None
    assert listening.stdout.readline() == "listening\n"
    try:
        yield
    finally:
        listening.terminate()
        listening.wait(10)


def asked_from_outside(world: World, address: str, port: int) -> str:
    """As whom it sees the host outside."""
    words = ["python3", "-c", _ASK, address, str(port)]
    return world.lab.node("outside").run(words, check=False).stdout.strip()


def _shown(world: World, server: str) -> dict[str, Any]:
    return world.demo.compute("GET", f"servers/{server}")["server"]
