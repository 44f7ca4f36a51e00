"""The documents' steps by hand on labs, by the commands that they print, with what they print of it.

Documents 000 and 001 on a lab with their configuration files; document 004 on the lab of the other scenarios.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hawser.lab import operator_files
from hawser.lab.lab import Lab
from hawser.lab.node import Node
from tests.clients import transcripts
from tests.clients.conftest import Neutron
from tests.scenario import printed
from tests.scenario.world import NETWORK_NODES, Client, World, came_back, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
HAWSER = str(Path(sys.prefix) / "bin" / "hawser")
ROUTER_IP = "203.0.113.101"


class Site:
    """A lab with the documents' files, and its users' real clients."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.admin, self.demo = Client(lab, "admin"), Client(lab, "demo")
        self.neutron = Neutron(self)

    def variables(self, user: str) -> dict[str, str]:
        return self.lab.access(user)

    def nova(self, user: str, *words: str) -> str:
        environment = self.lab.environment(user)
        done = subprocess.run(["nova", *words], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"nova {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def inside(self, instance: str, *command: str) -> str:
        argv = [HAWSER, "lab", "login", "--name", self.lab.name, instance, "--", *command]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60).stdout

    def id(self, collection: str, **query: str) -> str:
        (found,) = self.admin.network("GET", collection, **query)[collection]
        return found["id"]

    def masters(self, netns: str) -> list[str]:
        shown = {name: printed.addresses(self.lab.node(name), netns) for name in NETWORK_NODES}
        return [name for name, held in shown.items() if held["qg"]]

    def on_nodes(self) -> Iterator[tuple[Node, dict[str, set[str]]]]:
        for name in NETWORK_NODES:
            yield self.lab.node(name), printed.bridges(self.lab.node(name))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    settings = list(operator_files.settings(printed.files(tmp_path_factory.mktemp("own"))))
    lab = Lab.up(f"documents{os.getpid()}", dhcp_on="network", settings=settings)
    try:
        site = Site(lab)
        yield site
        site.neutron.close()
    finally:
        lab.down()


def bridge(network: str) -> str:
    return f"brq{network[:11]}"


def tap(port: dict[str, Any]) -> str:
    return f"tap{port['id'][:11]}"


def test_document_000(site: Site):
    assert agents(site) == {
        *((f"network{n}", kind) for n in (1, 2) for kind in ("linuxbridge", "l3", "dhcp", "metadata")),
        *((f"compute{n}", "linuxbridge") for n in (1, 2)),
    }
    assert site.neutron.walk(transcripts.HA_LINUX_BRIDGE) == []
    router, network = site.id("routers", name="MyRouter"), site.id("networks", name="private")
    netns, dhcp = f"qrouter-{router}", f"qdhcp-{network}"
    until(
        lambda: all({netns, dhcp} <= printed.namespaces(node) for node, _ in site.on_nodes()),
        15,
        "they stand",
    )
    until(lambda: len(site.masters(netns)) == 1, 15, "there is one master")
    see_master_and_backup(site, netns)
    see_bridges(site, router, network)
    assert "VRRPv3, Advertisement, vrid 1" in heartbeats(site, netns)
    assert printed.answers(site.lab.node("controller"), "ping", "-c", "4", "-i", "0.2", ROUTER_IP)
    use_an_instance(site, network)


def agents(site: Site) -> set[tuple[str, str]]:
    """Host and binary (neutron-…-agent) of those that live, as `neutron agent-list` prints them."""
    rows = [
        line.split("|") for line in site.neutron("admin", ["agent-list"]).output.splitlines() if "|" in line
    ]
    columns = [cell.strip() for cell in rows[0]]
    shown = [dict(zip(columns, (cell.strip() for cell in row), strict=True)) for row in rows[1:]]
    alive = [row for row in shown if (row["alive"], row["admin_state_up"]) == (":-)", "True")]
    return {(row["host"], row["binary"].split("-")[1]) for row in alive}


def see_master_and_backup(site: Site, netns: str) -> None:
    (master,) = site.masters(netns)
    (backup,) = set(NETWORK_NODES) - {master}
    held = printed.addresses(site.lab.node(master), netns)
    assert "10.1.0.1/28" in held["qr"]
    assert f"{ROUTER_IP}/24" in held["qg"]
    idle = printed.addresses(site.lab.node(backup), netns)
    assert (idle["qr"], idle["qg"]) == (set(), set())
    assert all(any(address.startswith("169.254.192.") for address in each["ha"]) for each in (held, idle))


def see_bridges(site: Site, router: str, network: str) -> None:
    ports = site.admin.network("GET", "ports", device_id=router)["ports"]
    inner = next(port for port in ports if port["network_id"] == network)
    outer = next(port for port in ports if port["device_owner"] == "network:router_gateway")
    vni = site.admin.network("GET", f"networks/{network}")["network"]["provider:segmentation_id"]
    for _, shown in site.on_nodes():
        assert {tap(inner), f"vxlan-{vni}"} <= shown[bridge(network)]
        assert {tap(outer), "eth2"} == shown[bridge(outer["network_id"])]


def heartbeats(site: Site, netns: str) -> str:
    (master,) = site.masters(netns)
    node = site.lab.node(master)
    links = node.run(["ip", "-n", netns, "-br", "link"]).stdout.split()
    ha = next(word for word in links if word.startswith("ha-")).partition("@")[0]
    listen = ["timeout", "5", "tcpdump", "-e", "-n", "-vvv", "-l", "-c", "2", "-i", ha, "vrrp"]
    return node.run(["ip", "netns", "exec", netns, *listen], check=False).stdout


def use_an_instance(site: Site, network: str) -> None:
    """Launch one, look out of it, and reach it from the controller."""
    site.nova(
        "demo", "boot", "--image", "cirros", "--flavor", "1", "--nic", f"net-id={network}", "demo-instance1"
    )
    until(
        lambda: "0% packet loss" in site.inside("demo-instance1", "ping", "-c", "4", "10.1.0.1"),
        30,
        "its gateway",
    )
    assert "0% packet loss" in site.inside("demo-instance1", "ping", "-c", "4", "openstack.org")
    own = site.inside(
        "demo-instance1", "busybox", "wget", "-qO-", "http://169.254.169.254/latest/meta-data/hostname"
    )
    assert own == "demo-instance1"
    (group,) = site.demo.network("GET", "security-groups", name="default")["security_groups"]
    for rule in ({"protocol": "icmp"}, {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}):
        site.demo.make("security_group_rule", security_group_id=group["id"], direction="ingress", **rule)
    (floating,) = site.demo.network("GET", "floatingips")["floatingips"]
    address = floating["floating_ip_address"]
    site.nova("demo", "floating-ip-associate", "demo-instance1", address)
    controller = site.lab.node("controller")
    until(lambda: printed.answers(controller, "ping", "-c", "4", "-i", "0.2", address), 15, "it answers")


def test_document_001(site: Site):
    forget(site)
    for node, _ in site.on_nodes():
        for words in ("add br-ex type bridge forward_delay 0", "set eth2 master br-ex", "set br-ex up"):
            node.run(["ip", "link", *words.split()])
    site.lab.node("outside").run(["ip", "address", "replace", "172.16.0.5/24", "dev", "eth0"])
    physical = "--provider:physical_network "
    walk = transcripts.HA_OVERVIEW.replace(f"{physical}provider", f"{physical}phy-br-ex")
    assert site.neutron.walk(walk) == []
    one, two = (site.id("networks", name=name) for name in ("private", "private1"))
    for network, name in ((one, "One"), (two, "Two")):
        site.nova("admin", "boot", "--image", "cirros", "--flavor", "1", "--nic", f"net-id={network}", name)
    netns = f"qrouter-{site.id('routers', name='MyRouter')}"
    until(lambda: len(site.masters(netns)) == 1, 15, "there is one master")
    held = printed.addresses(site.lab.node(site.masters(netns)[0]), netns)
    assert {"10.1.0.1/28", "10.2.0.1/28"} <= held["qr"]
    assert "172.16.0.32/24" in held["qg"]
    for node, shown in site.on_nodes():
        assert {"eth2"} < shown["br-ex"]
        assert {bridge(one), bridge(two)} <= shown.keys()
        assert {f"qdhcp-{one}", f"qdhcp-{two}", netns} <= printed.namespaces(node)
    assert printed.answers(site.lab.node("outside"), "ping", "-c", "2", "172.16.0.32")
    (port,) = site.admin.network("GET", "ports", network_id=two, device_owner="compute:nova")["ports"]
    there = port["fixed_ips"][0]["ip_address"]
    until(lambda: "0% packet loss" in site.inside("One", "ping", "-c", "2", there), 30, "One reaches Two")


def forget(site: Site) -> None:
    """Delete what document 000 made, and wait until the external interface is nobody's."""
    for server in site.demo.compute("GET", "servers")["servers"]:
        site.demo.compute("DELETE", f"servers/{server['id']}")
    for floating in site.admin.network("GET", "floatingips")["floatingips"]:
        site.admin.network("DELETE", f"floatingips/{floating['id']}")
    for router in site.admin.network("GET", "routers")["routers"]:
        path = f"routers/{router['id']}"
        site.admin.network("PUT", path, {"router": {"external_gateway_info": {}}})
        for subnet in site.admin.network("GET", "subnets", name="private-subnet")["subnets"]:
            site.admin.network("PUT", f"{path}/remove_router_interface", {"subnet_id": subnet["id"]})
        site.admin.network("DELETE", path)
    instances = {"device_owner": "compute:nova"}
    until(lambda: not site.admin.network("GET", "ports", **instances)["ports"], 20, "the instance is gone")
    for name in ("private", "ext-net"):
        for network in site.admin.network("GET", "networks", name=name)["networks"]:
            site.admin.network("DELETE", f"networks/{network['id']}")
    until(
        lambda: not any("eth2" in ports for _, shown in site.on_nodes() for ports in shown.values()),
        20,
        "eth2 is free",
    )


def test_document_004(world: World):
    listed = world.admin.network("GET", "agents", binary="neutron-metadata-agent")["agents"]
    assert {"compute1", "compute2"} <= {agent["host"] for agent in listed if agent["alive"]}
    master = world.settle()
    backup = world.other(master)
    held, idle = (printed.addresses(world.lab.node(name), world.netns) for name in (master, backup))
    assert {"198.51.100.1/24", "fd00:198:51:100::1/64"} <= held["qr"]
    assert {4, 6} <= {6 if ":" in address else 4 for address in held["qg"] if not address.startswith("fe80")}
    assert (idle["qr"], idle["qg"]) == (set(), set())
    names = {network["name"] for network in world.admin.network("GET", "networks")["networks"]}
    assert f"HA network tenant {world.demo.project}" in names
    six = next(each["ip_address"] for each in world.port["fixed_ips"] if ":" in each["ip_address"])
    way = next(address for address in held["qg"] if address.startswith("fd00:"))
    world.lab.node("outside").run(
        ["ip", "-6", "route", "replace", "fd00:198:51:100::/64", "via", way.partition("/")[0]]
    )
    disable_the_overlay_interface(world, master, backup, (world.floating, six))


def disable_the_overlay_interface(world: World, master: str, backup: str, addresses: tuple[str, str]) -> None:
    """The document's failover, by the node's own `ip link`, with pings of both versions running."""
    pings = [world.ping(address) for address in addresses]
    time.sleep(1)
    cut = time.time()
    world.lab.node(master).run(["ip", "link", "set", "eth1", "down"])
    until(lambda: world.masters() == [backup], 10, "the backup is promoted, the old master has no addresses")
    world.lab.node(master).run(["ip", "link", "set", "eth1", "up"])
    time.sleep(3)
    records = [ping.stop() for ping in pings]
    assert all(came_back(record, cut + 1) for record in records)
    assert all(record.gap.milliseconds < 2000 for record in records)
    assert world.settle() == backup
