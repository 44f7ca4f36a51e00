"""Networks on Linux bridge: what nodes answer for each other, MTUs, and VLANs where the kernel has none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from hawser.lab.config_files import PATHS
from hawser.lab.lab import Fault
from tests.scenario.guests import Guest, guest
from tests.scenario.world import World, came_back, raised, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A lab whose nodes answer for each other, with VLANs on its provider network."""
    settings = [
        "network.linuxbridge_agent.vxlan.arp_responder=True",
        "compute.linuxbridge_agent.vxlan.arp_responder=True",
        "controller.ml2_conf.ml2.type_drivers=flat,vlan,vxlan",
        "controller.ml2_conf.ml2_type_vlan.network_vlan_ranges=provider:100:110",
        "controller.ml2_conf.ml2_type_flat.flat_networks=*",
        "network.linuxbridge_agent.linux_bridge.bridge_mappings=office:br-ex",
    ]
    with raised("l2", settings=settings) as world:
        yield world


@pytest.fixture
def quiet(world: World) -> Iterator[dict[str, Guest]]:
    """A network without a router and without DHCP, with a guest on each of three nodes that know of each other."""
    network = world.admin.make("network", name="quiet")["id"]
    world.admin.make("subnet", network_id=network, cidr="10.7.0.0/24", ip_version=4, enable_dhcp=False)
    guests = {node: guest(world, network, node) for node in ("compute1", "compute2", "network1")}
    try:
        for one in guests.values():
            for other in guests.values():
                until(lambda one=one, other=other: one.reaches(other), 15, "guests reach each other")
        yield guests
    finally:
        for each in guests.values():
            each.unplug()
            world.admin.network("DELETE", f"ports/{each.port['id']}")
        world.admin.network("DELETE", f"networks/{network}")


def questions(world: World, asker: Guest, wanted: Guest, times: int = 5) -> int:
    """How many ARP requests for a guest come to network1 while another one, who knows nobody, pings it."""
    words = ["tcpdump", "-nl", "-Z", "root", "-i", "eth1", "udp port 4789"]
    seen = world.lab.node("network1").popen(words, stdout=-1, stderr=-1, text=True)
    time.sleep(0.5)
    for _ in range(times):
        asker.forgets()
        assert asker.reaches(wanted)
    time.sleep(0.3)
    seen.terminate()
    return seen.communicate(timeout=10)[0].count(f"who-has {wanted.address} ")


def tunnel(world: World, guest: Guest) -> str:
    network = world.admin.network("GET", f"networks/{guest.port['network_id']}")["network"]
    return f"vxlan-{network['provider:segmentation_id']}"


def answers(world: World, guest: Guest) -> bool:
    """Whether a guest's node answers for others on the guest's network."""
    option = f"/sys/class/net/{tunnel(world, guest)}/brport/neigh_suppress"
    return guest.node.path(option).read_text() == "1\n"


def answer(world: World, node: str, on: bool) -> None:
    """An operator sets the option on a node, and starts its agent again."""
    there = world.lab.node(node).path(PATHS["linuxbridge_agent"])
    there.write_text(there.read_text().replace(f"arp_responder = {not on}", f"arp_responder = {on}"))
    world.lab.stop(f"node@{node}")
    world.lab.start(f"node@{node}")


def test_who_asks_for_a_port_of_another_node_is_answered_on_its_own(world: World, quiet: dict[str, Guest]):
    asker, wanted = quiet["compute1"], quiet["compute2"]
    entries = ["ip", "neigh", "show", wanted.address, "nud", "permanent"]
    until(lambda: wanted.address in asker.node.run(entries).stdout, 30, "the node knows of the other's port")
    assert questions(world, asker, wanted) == 0
    answer(world, "compute1", False)
    try:
        until(lambda: wanted.address not in asker.node.run(entries).stdout, 30, "it forgets it")
        assert questions(world, asker, wanted) == 5
    finally:
        answer(world, "compute1", True)
    until(lambda: wanted.address in asker.node.run(entries).stdout, 30, "it knows it again")


def test_a_silent_guest_that_moves_is_reached_where_it_is(world: World, quiet: dict[str, Guest]):
    asker, moving = quiet["compute1"], quiet["compute2"]
    quiet["compute2"] = moved = moving.moved(world, "network1")
    begun = time.monotonic()
    until(lambda: asker.reaches(moved, "-W0.2"), 10, "it is reached")
    assert time.monotonic() - begun < 3
    quiet["compute2"] = moved.moved(world, "compute1")
    until(lambda: asker.reaches(moved, "-W0.2"), 10, "it is reached next door")


def test_an_address_that_may_move_among_guests_moves_by_their_own_word(world: World, quiet: dict[str, Guest]):
    asker, first, second = quiet["compute1"], quiet["compute2"], quiet["network1"]
    vip = "10.7.0.200"
    for each in (first, second):
        pairs = {"port": {"allowed_address_pairs": [{"ip_address": vip}]}}
        world.admin.network("PUT", f"ports/{each.port['id']}", pairs)
    for each in (first, second):
        until(lambda each=each: not answers(world, each), 10, "their nodes answer for nobody")
    assert answers(world, asker)
    first.run("ip", "address", "add", f"{vip}/32", "dev", "eth0")
    assert asker.run("ping", "-nqc1", "-W1", vip).returncode == 0
    first.run("ip", "address", "delete", f"{vip}/32", "dev", "eth0")
    second.run("ip", "address", "add", f"{vip}/32", "dev", "eth0")
    second.run("busybox", "arping", "-qUc2", "-w2", "-I", "eth0", vip)
    assert asker.run("ping", "-nqc1", "-W1", vip).returncode == 0


def test_a_router_fails_over_as_quickly_where_nodes_answer(world: World):
    before = world.settle()
    host = world.admin.network("GET", f"ports/{world.port['id']}")["port"]["binding:host_id"]
    assert "neigh_suppress on" in world.lab.node(host).run(["bridge", "-d", "link", "show"]).stdout
    ping = world.ping()
    time.sleep(1)
    cut = time.time()
    world.lab.fail(before, Fault.POWER)
    until(lambda: world.masters() == [world.other(before)], 10, "the other node takes over")
    time.sleep(2)
    record = ping.stop()
    world.lab.heal(before)
    assert came_back(record, cut + 1)
    assert record.gap.milliseconds < 2000


def passes(asker: Guest, wanted: Guest, size: int) -> bool:
    """Whether a packet of so many octets, IPv4 header and all, passes whole."""
    payload = str(size - 28)
    return asker.run("ping", "-nqc1", "-W1", "-Mdo", "-s", payload, wanted.address).returncode == 0


def test_a_packet_of_exactly_the_mtu_passes_also_when_the_mtu_changes(world: World, quiet: dict[str, Guest]):
    asker, wanted = quiet["compute1"], quiet["compute2"]
    assert passes(asker, wanted, 1450)
    assert not passes(asker, wanted, 1451)
    change_mtu(world, asker, 1400)
    for each in (asker, wanted):
        each.run("ip", "link", "set", "eth0", "mtu", "1400")
    assert passes(asker, wanted, 1400)
    assert not passes(asker, wanted, 1401)
    change_mtu(world, asker, 1450)


def change_mtu(world: World, where: Guest, mtu: int) -> None:
    """Change a network's MTU; until the guest's node has it on the bridge, the tunnel and the tap."""
    network = where.port["network_id"]
    world.admin.network("PUT", f"networks/{network}", {"network": {"mtu": mtu}})
    links = [f"brq{network[:11]}", tunnel(world, where), where.tap]
    until(lambda: sizes(where.node, links) == [mtu] * 3, 10, f"bridge, tunnel and tap have an MTU of {mtu}")


def sizes(node: Any, links: list[str]) -> list[int]:
    return [int(node.path(f"/sys/class/net/{link}/mtu").read_text()) for link in links]


def test_a_networks_mtu_reaches_its_router_and_what_that_advertises(world: World):
    master = world.lab.node(world.settle())
    body = {"network": {"mtu": 1400}}
    ping = world.ping()
    world.admin.network("PUT", f"networks/{world.tenant}", body)
    qr = ["sh", "-c", f"ip -n {world.netns} -o link | grep 'qr-'"]
    until(lambda: "mtu 1400" in master.run(qr).stdout, 10, "the router's interface has it")
    said = ["sh", "-c", f"grep -h AdvLinkMTU /var/lib/neutron/ra/{world.router}/*.conf"]
    until(lambda: "1400" in master.run(said, check=False).stdout, 10, "routers advertise it")
    world.admin.network("PUT", f"networks/{world.tenant}", {"network": {"mtu": 1450}})
    until(lambda: "mtu 1450" in master.run(qr).stdout, 10, "and the other one again")
    assert ping.stop().lost == 0
    assert world.settle() == master.name


def test_a_vlan_network_stands_or_its_port_is_down_and_the_agent_says_why(world: World):
    vlan = {"provider:network_type": "vlan", "provider:physical_network": "provider"}
    network = world.admin.make("network", name="vlan", **vlan)
    world.admin.make("subnet", network_id=network["id"], cidr="10.8.0.0/24", ip_version=4, enable_dhcp=False)
    there = guest(world, network["id"], "network1")
    shown = f"ports/{there.port['id']}"
    try:
        if there.node.run(
            ["ip", "link", "add", "probe", "link", "eth2", "type", "vlan", "id", "9"], check=False
        ).returncode:
            until(lambda: network["id"] in str(alarms(world, "network1")), 15, "the agent has an alarm")
            assert "modprobe 8021q" in str(alarms(world, "network1"))
            time.sleep(2)
            told = there.node.run(["grep", "-c", "alarm: this kernel", "/var/log/neutron/node.log"]).stdout
            assert int(told) == 1, "it is told once, and tried no more"
            assert world.admin.network("GET", shown)["port"]["status"] == "DOWN"
        else:
            there.node.run(["ip", "link", "delete", "probe"])
            until(lambda: world.admin.network("GET", shown)["port"]["status"] == "ACTIVE", 15, "it is wired")
    finally:
        there.unplug()
        world.admin.network("DELETE", shown)
        world.admin.network("DELETE", f"networks/{network['id']}")
    until(lambda: alarms(world, "network1") == [], 15, "the alarm is over with the network")


def test_a_flat_network_waits_for_the_operators_bridge_and_leaves_it_behind(world: World):
    flat = {"provider:network_type": "flat", "provider:physical_network": "office"}
    network = world.admin.make("network", name="office", **flat)["id"]
    world.admin.make("subnet", network_id=network, cidr="10.9.0.0/24", ip_version=4, enable_dhcp=False)
    there = guest(world, network, "network1")
    shown = f"ports/{there.port['id']}"
    master = ["readlink", f"/sys/class/net/{there.tap}/master"]
    try:
        until(lambda: "br-ex of office is missing" in str(alarms(world, "network1")), 15, "it is missed")
        there.node.run(["ip", "link", "add", "name", "br-ex", "up", "type", "bridge"])
        until(lambda: there.node.run(master, check=False).stdout.endswith("/br-ex\n"), 15, "the tap joins it")
        until(lambda: world.admin.network("GET", shown)["port"]["status"] == "ACTIVE", 15, "the API knows")
        assert f"brq{network[:11]}" not in there.node.run(["ip", "link"]).stdout
    finally:
        there.unplug()
        world.admin.network("DELETE", shown)
        world.admin.network("DELETE", f"networks/{network}")
    until(lambda: alarms(world, "network1") == [], 15, "the alarm is over")
    assert "br-ex" in there.node.run(["ip", "link"]).stdout
    there.node.run(["ip", "link", "delete", "br-ex"])


def alarms(world: World, host: str) -> list[str]:
    query = {"host": host, "agent_type": "Linux bridge agent"}
    (agent,) = world.admin.network("GET", "agents", **query)["agents"]
    return list(agent["configurations"]["alarms"])
