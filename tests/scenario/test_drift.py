"""What somebody takes away on a node comes back by itself; what is deleted leaves nothing."""

from __future__ import annotations

import time

import pytest

from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]


def test_an_interface_that_an_operator_deleted_comes_back(world: World):
    standby = world.lab.node(world.other(world.settle()))
    tap = next(
        f"tap{port['id'][:11]}"
        for port in world.admin.network("GET", "ports", device_id=world.router)["ports"]
        if port["device_owner"] == "network:ha_router_replicated_interface"
    )
    standby.run(["ip", "link", "delete", tap])
    until(
        lambda: standby.run(["ip", "link", "show", tap], check=False).returncode == 0,
        15,
        "the interface is back",
    )
    until(lambda: "master brq" in standby.run(["ip", "link", "show", tap]).stdout, 15, "it is on its bridge")


def test_a_killed_dnsmasq_comes_back_and_serves_the_same_lease(world: World):
    for name in ("compute1", "compute2"):
        victims = world.pids(name, "dnsmasq")
        assert victims
        world.lab.node(name).run(["kill", "-9", *map(str, victims)])
        until(
            lambda name=name, gone=victims: world.pids(name, "dnsmasq") not in ([], gone),
            15,
            "dnsmasq is back",
        )


def test_an_address_serves_the_next_instance_at_once_though_the_last_one_never_gave_it_back(world: World):
    addresses = set()
    for turn in range(3):
        image = world.server["image"]["id"]
        networks = [{"uuid": world.tenant}]
        wanted = {"name": f"turn{turn}", "imageRef": image, "flavorRef": "1", "networks": networks}
        server = world.demo.compute("POST", "servers", {"server": wanted})["server"]["id"]
        port = world.demo.network("GET", "ports", device_id=server)["ports"][0]
        address = next(ip["ip_address"] for ip in port["fixed_ips"] if "." in ip["ip_address"])
        addresses.add(address)
        router = world.lab.node(world.settle())
        asked = ["ip", "netns", "exec", world.netns, "ping", "-c1", "-W1", address]
        until(
            lambda asked=asked, router=router: router.run(asked, check=False).returncode == 0,
            15,
            "it has a lease",
        )
        for name in ("compute1", "compute2"):
            clients = world.pids(name, "udhcpc")
            if clients:
                world.lab.node(name).run(["kill", "-9", *map(str, clients)])
        world.demo.compute("DELETE", f"servers/{server}")
        until(
            lambda gone=server: not world.demo.network("GET", "ports", device_id=gone)["ports"],
            20,
            "it is gone",
        )
    assert len(addresses) == 1, "each got the address of the one before"


def test_a_change_of_floating_ips_moves_no_router_and_loses_no_packet(world: World):
    master = world.settle()
    ping = world.ping()
    time.sleep(0.5)
    for _ in range(3):
        made = world.demo.make("floatingip", floating_network_id=world.external)
        port = world.demo.make("port", network_id=world.tenant)
        body = {"floatingip": {"port_id": port["id"]}}
        world.demo.network("PUT", f"floatingips/{made['id']}", body)
        time.sleep(0.5)
        world.demo.network("DELETE", f"floatingips/{made['id']}")
        world.demo.network("DELETE", f"ports/{port['id']}")
    time.sleep(1)
    assert ping.stop().lost == 0
    assert world.masters() == [master]


def test_a_router_that_is_deleted_leaves_nothing_on_the_nodes(world: World):
    router = world.admin.make("router", name="short", ha=True, project_id=world.demo.project)["id"]
    network = world.demo.make("network", name="short")["id"]
    subnet = world.demo.make("subnet", network_id=network, cidr="192.0.2.0/24", ip_version=4)["id"]
    world.demo.network("PUT", f"routers/{router}/add_router_interface", {"subnet_id": subnet})
    nodes = [world.lab.node(name) for name in ("network1", "network2", "compute1", "compute2")]
    for node in nodes[:2]:
        until(lambda node=node: router in node.run(["ip", "netns"]).stdout, 15, "the router is built")
    world.demo.network("PUT", f"routers/{router}/remove_router_interface", {"subnet_id": subnet})
    world.demo.network("DELETE", f"routers/{router}")
    world.demo.network("DELETE", f"networks/{network}")
    for node in nodes:
        until(lambda node=node: _traces(node, router, network) == "", 20, f"nothing is left on {node.name}")


def _traces(node, router: str, network: str) -> str:
    seen = [
        node.run(["ip", "netns"]).stdout,
        node.run(["ip", "-o", "link"]).stdout,
        node.run(["find", "/var/lib/neutron", "-type", "f"]).stdout,
        node.run(["ps", "-eo", "args"]).stdout,
    ]
    return "\n".join(
        line
        for text in seen
        for line in text.splitlines()
        if router in line or network in line or f"brq{network[:11]}" in line
    )
