"""Where a router sends what, as hosts behind it see it: static routes, and no translation where none is wanted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.scenario.guests import Guest, guest
from tests.scenario.test_routers import change, gateway, gateway_address
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
FAR, FAR_NETWORK = "172.30.0.1", "172.30.0.0/16"
TENANT, ROUTER = "198.51.100.0/24", "198.51.100.1"
SAYS_WHO = """
import socket
listening = socket.create_server(("", 9200))
print("listening", flush=True)
while True:
    peer, (who, _) = listening.accept()
    peer.recv(1)
    peer.sendall(who.encode())
    peer.close()
"""
ASKS = """
import socket, sys
peer = socket.create_connection((sys.argv[1], 9200), 2)
peer.settimeout(2)
peer.sendall(b"?")
print(peer.recv(64).decode())
"""


@pytest.fixture
def client(world: World) -> Iterator[Guest]:
    """A host of the tenant's whose only way is the router, and that is not talked into another."""
    made = guest(world, world.tenant, "compute1")
    made.run("sysctl", "-qw", "net.ipv4.conf.all.accept_redirects=0", "net.ipv4.conf.eth0.accept_redirects=0")
    made.run("ip", "route", "add", "default", "via", ROUTER)
    yield made
    made.unplug()
    world.admin.network("DELETE", f"ports/{made.port['id']}")


@pytest.fixture
def hop(world: World) -> Iterator[Guest]:
    """Another host of the same network, on another node, behind which there is more."""
    made = guest(world, world.tenant, "compute2")
    made.run("ip", "address", "add", f"{FAR}/32", "dev", "lo")
    yield made
    made.unplug()
    world.admin.network("DELETE", f"ports/{made.port['id']}")


@contextmanager
def server(process: subprocess.Popen[str]) -> Iterator[None]:
    assert process.stdout.readline() == "listening\n"
    yield
    process.terminate()
    process.wait(10)


def asks(client: Guest, address: str) -> str:
    """By TCP; "" where it is not answered."""
    return client.run("python3", "-c", ASKS, address).stdout.strip()


def test_a_connection_by_a_static_route_may_come_back_another_way(world: World, client: Guest, hop: Guest):
    words = ["ip", "netns", "exec", hop.netns, "python3", "-u", "-c", SAYS_WHO]
    change(world, world.router, routes=[{"destination": FAR_NETWORK, "nexthop": hop.address}])
    try:
        until(lambda: client.run("ping", "-c1", "-W1", FAR).returncode == 0, 20, "the route is there")
        with server(hop.node.popen(words, stdout=subprocess.PIPE, text=True)):
            assert asks(client, FAR) == client.address
    finally:
        change(world, world.router, routes=[])
    until(lambda: client.run("ping", "-c1", "-W1", FAR).returncode != 0, 20, "the route is gone")


def test_without_translation_hosts_are_seen_as_they_are(world: World, client: Guest):
    outside, way = world.lab.node("outside"), gateway_address(world, world.router)
    process = outside.popen(["python3", "-u", "-c", SAYS_WHO], stdout=subprocess.PIPE, text=True)
    with server(process):
        until(lambda: asks(client, "203.0.113.1") == way, 20, "it is seen as the router")
        outside.run(["ip", "route", "add", TENANT, "via", way])
        change(world, world.router, **gateway(world, enable_snat=False))
        try:
            until(lambda: asks(client, "203.0.113.1") == client.address, 20, "it is seen as itself")
        finally:
            change(world, world.router, **gateway(world, enable_snat=True))
            outside.run(["ip", "route", "delete", TENANT])
        until(lambda: asks(client, "203.0.113.1") == way, 20, "it is seen as the router again")
