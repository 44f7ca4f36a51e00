"""Instances ask for their metadata, and each is told its own: by their router, and where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hawser.lab.lab import Fault
from tests.scenario.instances import Instance, booted, first
from tests.scenario.world import Client, World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]

ID = "http://169.254.169.254/latest/meta-data/instance-id"
DOCUMENT = "http://169.254.169.254/openstack/latest/meta_data.json"
_ASK = """
import http.client, sys, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
source = (sys.argv[2], 0) if len(sys.argv) > 2 else None
peer = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=3, source_address=source)
forged = {"X-Instance-ID": "forged", "X-Tenant-ID": "forged", "X-Forwarded-For": "192.0.2.1"}
peer.request("GET", url.path, headers=forged)
answer = peer.getresponse()
print(answer.status, answer.read().decode())
"""


def ask(instance: Instance, url: str, *source: str) -> str:
    """What the instance is answered, its status first; "" where nobody answers."""
    asked = instance.words("python3", "-c", _ASK, url, *source)
    return instance.node.run(asked, check=False, timeout=20).stdout.strip()


def told(instance: Instance) -> str:
    return f"200 {instance.port['device_id']}"


@contextmanager
def neighbour(world: World, cidr: str, address: str) -> Iterator[Instance]:
    """Another project's network with a router of its own, and an instance with this address."""
    admin, made = world.admin, _network(world.admin, "overlapping", cidr)
    router = admin.make("router", name="overlapping", ha=True)["id"]
    admin.network("PUT", f"routers/{router}/add_router_interface", {"subnet_id": made["subnet"]})
    body = {
        "name": "theirs",
        "imageRef": world.server["image"]["id"],
        "flavorRef": "1",
        "networks": [{"uuid": made["network"], "fixed_ip": address}],
    }
    server = admin.compute("POST", "servers", {"server": body})["server"]["id"]
    try:
        until(lambda: _shown(admin, server)["status"] == "ACTIVE", 30, "theirs is ACTIVE")
        (port,) = admin.network("GET", "ports", device_id=server)["ports"]
        yield Instance("theirs", world.lab.node(_shown(admin, server)["hostId"]), port)
    finally:
        admin.compute("DELETE", f"servers/{server}")
        until(lambda: not admin.network("GET", "ports", device_id=server)["ports"], 20, "it is gone")
        admin.network("PUT", f"routers/{router}/remove_router_interface", {"subnet_id": made["subnet"]})
        admin.network("DELETE", f"routers/{router}")
        admin.network("DELETE", f"networks/{made['network']}")


def _network(client: Client, name: str, cidr: str) -> dict[str, str]:
    network = client.make("network", name=name)["id"]
    subnet = client.make("subnet", network_id=network, cidr=cidr, ip_version=4)["id"]
    return {"network": network, "subnet": subnet}


def _shown(client: Client, server: str) -> dict[str, Any]:
    return client.compute("GET", f"servers/{server}")["server"]


def test_an_instance_is_told_what_it_is_by_its_router_and_by_the_next_master(world: World):
    master, one = world.settle(), first(world)
    until(lambda: ask(one, ID) == told(one), 15, "it is told its own id")
    document = json.loads(ask(one, DOCUMENT).removeprefix("200 "))
    assert (document["name"], document["project_id"]) == ("one", world.demo.project)
    world.lab.fail(master, Fault.POWER)
    try:
        until(lambda: ask(one, ID) == told(one), 10, "the new master's node answers")
        assert world.masters() == [world.other(master)]
    finally:
        world.lab.heal(master)
    world.settle()


def test_projects_with_the_same_addresses_are_each_told_their_own(world: World):
    world.settle()
    one = first(world)
    with neighbour(world, "198.51.100.0/24", one.address) as theirs:
        until(lambda: ask(theirs, ID) == told(theirs), 20, "the other one is told its own id")
        assert theirs.address == one.address
        assert ask(one, ID) == told(one) != told(theirs)


def test_an_address_that_no_instance_has_is_told_nothing_and_nobody_comes_by_another_way(world: World):
    master, one = world.settle(), first(world)
    until(lambda: ask(one, ID) == told(one), 15, "it is told its own id")
    one.node.run(one.words("ip", "address", "add", "198.51.100.250/24", "dev", "eth0"))
    try:
        assert ask(one, ID, "198.51.100.250").startswith("404 ")
        port_itself = "http://198.51.100.1:9697/latest/meta-data/instance-id"
        assert ask(one, port_itself) == ""
    finally:
        one.node.run(one.words("ip", "address", "delete", "198.51.100.250/24", "dev", "eth0"))
    shown = world.lab.node(master).run(["ip", "-n", world.netns, "-o", "-4", "address"]).stdout
    outside = next(line.split()[3].partition("/")[0] for line in shown.splitlines() if " qg-" in line)
    words = ["python3", "-c", _ASK, f"http://{outside}:9697/"]
    assert world.lab.node("outside").run(words, check=False, timeout=20).stdout == ""


def test_an_instance_without_a_router_is_told_by_its_dhcp_server(world: World):
    made = _network(world.demo, "isolated", "192.0.2.0/24")
    with booted(world, "alone", made["network"]) as alone:
        until(lambda: ask(alone, ID) == told(alone), 20, "it is told its own id")
    world.demo.network("DELETE", f"networks/{made['network']}")


def test_an_agent_that_is_away_is_missed_for_as_long_as_it_is(world: World):
    master, one = world.settle(), first(world)
    until(lambda: ask(one, ID) == told(one), 15, "it is told its own id")
    world.lab.stop(f"node@{master}")
    assert ask(one, ID) == ""
    world.lab.start(f"node@{master}")
    until(lambda: ask(one, ID) == told(one), 10, "it answers again")
    assert world.settle() == master
