"""Ports of a floating IP lead to an instance that has none, wherever the router is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]
HAWSER = str(Path(sys.executable).parent / "hawser")

ANSWER = """
import socket, threading
def answer(port):
    listening = socket.create_server(("", port))
    while True:
        peer, _ = listening.accept()
        peer.sendall(f"port {port}".encode())
        peer.close()
for port in (22, 3001):
    threading.Thread(target=answer, args=(port,)).start()
"""
ASK = """
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
peer.settimeout(2)
print(peer.recv(100).decode())
"""


@pytest.fixture
def forwarded(world: World) -> Iterator[str]:
    """A floating IP of which 2222 leads to an instance's 22, and 2000 to 2005 to its 3000 to 3005."""
    image = world.server["image"]["id"]
    wanted = {"name": "inner", "imageRef": image, "flavorRef": "1", "networks": [{"uuid": world.tenant}]}
    server = world.demo.compute("POST", "servers", {"server": wanted})["server"]["id"]
    until(lambda: _shown(world, server)["status"] == "ACTIVE", 30, "the instance is ACTIVE")
    port = world.demo.network("GET", "ports", device_id=server)["ports"][0]
    floating = world.demo.make("floatingip", floating_network_id=world.external)
    path = f"floatingips/{floating['id']}/port_forwardings"
    v4 = next(ip["ip_address"] for ip in port["fixed_ips"] if "." in ip["ip_address"])
    common = {"protocol": "tcp", "internal_port_id": port["id"], "internal_ip_address": v4}
    made = [
        world.demo.network("POST", path, {"port_forwarding": common | ports})["port_forwarding"]["id"]
        for ports in (
            {"external_port": 2222, "internal_port": 22},
            {"external_port_range": "2000:2005", "internal_port_range": "3000:3005"},
        )
    ]
    words = [HAWSER, "cloud", "exec", "inner", "--", "python3", "-c", ANSWER]
    listening = world.lab.node(_shown(world, server)["hostId"]).popen(words)
    yield floating["floating_ip_address"]
    listening.terminate()
    listening.wait(10)
    for id in made:
        world.demo.network("DELETE", f"{path}/{id}")
    world.demo.network("DELETE", f"floatingips/{floating['id']}")
    world.demo.compute("DELETE", f"servers/{server}")


def _shown(world: World, server: str) -> dict:
    return world.demo.compute("GET", f"servers/{server}")["server"]


def _answers(world: World, address: str, port: int) -> str:
    """What one hears from outside."""
    asked = world.lab.node("outside").run(["python3", "-c", ASK, address, str(port)], check=False)
    return asked.stdout.strip()


def test_forwarded_ports_are_reached_through_each_master(world: World, forwarded: str):
    until(lambda: _answers(world, forwarded, 2222) == "port 22", 20, "port 2222 leads to port 22")
    assert _answers(world, forwarded, 2001) == "port 3001"
    assert _answers(world, forwarded, 22) == "", "other ports lead nowhere"
    before = world.settle()
    world.lab.fail(before, Fault.POWER)
    until(lambda: world.masters() == [world.other(before)], 10, "the other node takes over")
    until(lambda: _answers(world, forwarded, 2222) == "port 22", 10, "port 2222 leads there again")
    assert _answers(world, forwarded, 2001) == "port 3001"
    world.lab.heal(before)
    world.settle()
