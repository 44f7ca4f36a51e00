"""What a router does for its networks: translation, gateways, routes, both IP versions, and an end without a trace."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hawser.lab.lab import Fault
from tests.scenario.instances import Instance, asked_from_outside, booted, first, says_who
from tests.scenario.world import NETWORK_NODES, World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]


def join(world: World, router: str, subnet: str, verb: str = "add") -> None:
    world.demo.network("PUT", f"routers/{router}/{verb}_router_interface", {"subnet_id": subnet})


def change(world: World, router: str, **changes: Any) -> None:
    world.admin.network("PUT", f"routers/{router}", {"router": changes})


def gateway(world: World, *, network: str = "", **info: Any) -> dict[str, Any]:
    return {"external_gateway_info": {"network_id": network or world.external, **info}}


def gateway_port(world: World, router: str) -> dict[str, Any]:
    ports = world.admin.network("GET", "ports", device_id=router)["ports"]
    return next(each for each in ports if each["device_owner"] == "network:router_gateway")


def gateway_address(world: World, router: str) -> str:
    addresses = [ip["ip_address"] for ip in gateway_port(world, router)["fixed_ips"]]
    return next(each for each in addresses if "." in each)


def inside(world: World, node: str, router: str, *words: str) -> str:
    return world.lab.node(node).run(["ip", "-n", f"qrouter-{router}", *words], check=False).stdout


def answers(world: World, address: str) -> bool:
    ping = ["ping", "-c1", "-W1", address]
    return world.lab.node("outside").run(ping, check=False).returncode == 0


@pytest.fixture
def elsewhere(world: World) -> Iterator[str]:
    """A second network of the tenant's on the world's router."""
    network = world.demo.make("network", name="elsewhere")["id"]
    subnet = world.demo.make("subnet", network_id=network, cidr="10.9.0.0/24", ip_version=4)["id"]
    join(world, world.router, subnet)
    yield network
    join(world, world.router, subnet, "remove")
    world.demo.network("DELETE", f"networks/{network}")


def test_floating_ips_and_forwarded_ports_are_reached_from_behind_their_own_router(
    world: World, elsewhere: str
):
    with booted(world, "two", world.tenant) as two, booted(world, "three", elsewhere) as three:
        floating = world.demo.make("floatingip", floating_network_id=world.external)
        forwardings = f"floatingips/{floating['id']}/port_forwardings"
        forwarding = {
            "protocol": "tcp",
            "internal_port_id": two.port["id"],
            "internal_ip_address": two.address,
            "internal_port": 9000,
            "external_port": 2222,
        }
        made = world.demo.network("POST", forwardings, {"port_forwarding": forwarding})["port_forwarding"]
        try:
            check_from_inside(world, (first(world), two, three), floating["floating_ip_address"])
        finally:
            world.demo.network("DELETE", f"{forwardings}/{made['id']}")
            world.demo.network("DELETE", f"floatingips/{floating['id']}")


def check_from_inside(world: World, guests: tuple[Instance, Instance, Instance], forwarded: str) -> None:
    one, two, three = guests
    router = gateway_address(world, world.router)
    with says_who(one, 9000), says_who(two, 9000):
        until(lambda: two.ask(world.floating, 9000) == router, 20, "its neighbour sees the router")
        assert three.ask(world.floating, 9000) == router
        assert one.ask(world.floating, 9000) == world.floating, "it reaches its own floating IP"
        assert two.ask(forwarded, 2222) == router, "it reaches its own forwarded port"
        assert one.ask(forwarded, 2222) == world.floating
        assert three.ask(forwarded, 2222) == router
        assert asked_from_outside(world, world.floating, 9000) == "203.0.113.1", (
            "who is outside is seen as it is"
        )
        assert asked_from_outside(world, forwarded, 2222) == "203.0.113.1"


def test_another_address_of_the_gateway_disturbs_nobody_and_a_new_subnet_is_on_the_link(world: World):
    master, port = world.settle(), gateway_port(world, world.router)
    before = gateway_address(world, world.router)
    six = [ip for ip in port["fixed_ips"] if ":" in ip["ip_address"]]
    ping = world.ping()
    time.sleep(0.5)
    change(world, world.router, **gateway(world, external_fixed_ips=[{"ip_address": "203.0.113.199"}, *six]))
    until(lambda: "203.0.113.199/24" in inside(world, master, world.router, "addr"), 10, "it has the address")
    net = {"cidr": "198.18.7.0/24", "ip_version": 4, "gateway_ip": None, "enable_dhcp": False}
    subnet = world.admin.make("subnet", network_id=world.external, **net)["id"]
    until(
        lambda: "198.18.7.0/24 dev qg-" in inside(world, master, world.router, "route"), 10, "it is on link"
    )
    world.admin.network("DELETE", f"subnets/{subnet}")
    change(world, world.router, **gateway(world, external_fixed_ips=[{"ip_address": before}, *six]))
    until(
        lambda: f"{before}/24" in inside(world, master, world.router, "addr"), 10, "it has the old one again"
    )
    shown = inside(world, master, world.router, "route")
    assert "default via 203.0.113.1" in shown
    assert "198.18.7.0" not in shown
    time.sleep(1)
    assert ping.stop().lost == 0
    assert world.settle() == master


CHAT = """
import socket, sys
peer = socket.create_connection((sys.argv[1], 9100), 3)
peer.settimeout(1)
print("connected", flush=True)
try:
    while True:
        peer.sendall(b"x")
        assert peer.recv(1)
except OSError:
    print("ended")
"""
ECHO = """
import socket
listening = socket.create_server(("", 9100))
print("listening", flush=True)
peer, _ = listening.accept()
while data := peer.recv(10):
    peer.sendall(data)
"""


def test_a_connection_ends_when_its_floating_ip_is_taken_away(world: World):
    with booted(world, "two", world.tenant) as two:
        port = {"floating_network_id": world.external, "port_id": two.port["id"]}
        floating = world.demo.make("floatingip", **port)
        address = floating["floating_ip_address"]
        until(lambda: answers(world, address), 20, "it answers")
        listening = two.node.popen(two.words("python3", "-c", ECHO), stdout=subprocess.PIPE, text=True)
        assert listening.stdout.readline() == "listening\n"
        outside = world.lab.node("outside")
        chat = outside.popen(["python3", "-c", CHAT, address], stdout=subprocess.PIPE, text=True)
        assert chat.stdout.readline() == "connected\n"
        time.sleep(1.5)
        assert chat.poll() is None, "it is alive"
        world.demo.network("DELETE", f"floatingips/{floating['id']}")
        assert chat.communicate(timeout=15)[0] == "ended\n"
        listening.terminate()
        listening.wait(10)


def test_hosts_keep_their_ipv6_router_over_a_move_and_hear_of_it_at_once_after_a_loss(world: World):
    """Router advertisements as the instance's interface gets them: (time, lifetime of the default route)."""
    before = world.settle()
    tap = f"tap{world.port['id'][:11]}"
    words = ["timeout", "60", "tcpdump", "-l", "-n", "-v", "-tt", "-i", tap, "icmp6 and ip6[40] == 134"]
    heard = world.lab.node(world.server["hostId"]).popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    time.sleep(1)
    moved = time.time()
    world.admin.network("PUT", f"routers/{world.router}/failover", {})
    until(lambda: world.masters() == [world.other(before)], 10, "it is moved")
    time.sleep(2)
    cut = time.time()
    world.lab.fail(world.other(before), Fault.POWER)
    until(lambda: world.masters() == [before], 10, "it is taken over")
    time.sleep(2)
    world.lab.heal(world.other(before))
    heard.terminate()
    lines = heard.communicate()[0].splitlines()
    told = [line for line in lines if "router lifetime" in line]
    times = [float(line.split()[0]) for line in lines if line[:1].isdigit()]
    assert any(moved < at < moved + 2 for at in times), times
    assert any(cut < at < cut + 3 for at in times), times
    assert told
    assert all("router lifetime 300s" in line for line in told), "nobody takes the route away"


@pytest.fixture
def second(world: World) -> Iterator[tuple[str, list[str]]]:
    """Another network of the tenant's, with the addresses of the first one: its id, and its subnets'."""
    network = world.demo.make("network", name="second")["id"]
    managed = {"ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful"}
    drafts = (
        {"cidr": "198.51.100.0/24", "ip_version": 4},
        {"cidr": "10.77.0.0/24", "ip_version": 4},
        {"cidr": "fd00:77::/64", "ip_version": 6, **managed},
    )
    yield network, [world.demo.make("subnet", network_id=network, **draft)["id"] for draft in drafts]
    world.demo.network("DELETE", f"networks/{network}")


def traces(world: World, router: str) -> str:
    """All that names a router on the network nodes: namespaces, processes, files."""
    looks = (
        f"ip netns | grep {router}",
        f"ps ax -o args | grep {router} | grep -v grep",
        f"find /var/lib/neutron /run -path '*{router}*'",
    )
    words = ["sh", "-c", "; ".join(looks)]
    return "".join(world.lab.node(node).run(words, check=False).stdout for node in NETWORK_NODES)


def taps(world: World) -> dict[str, set[str]]:
    """The taps of each network node."""
    shown = {node: world.lab.node(node).run(["ip", "-br", "link"]).stdout for node in NETWORK_NODES}
    return {
        node: {line.split()[0].partition("@")[0] for line in text.splitlines() if line.startswith("tap")}
        for node, text in shown.items()
    }


def test_a_router_is_made_highly_available_and_back_and_leaves_nothing(
    world: World, second: tuple[str, list[str]]
):
    network, subnets = second
    before = taps(world)
    router = world.admin.make("router", name="plain", project_id=world.demo.project, ha=False)["id"]
    until(lambda: router in traces(world, router), 10, "a router without any interface stands")
    for subnet in subnets:
        join(world, router, subnet)
    change(world, router, **gateway(world))
    change(world, router, routes=ROUTES)
    with booted(world, "four", network) as four:
        port = {"floating_network_id": world.external, "port_id": four.port["id"]}
        floating = world.demo.make("floatingip", **port)
        address = floating["floating_ip_address"]
        for ha in (False, True, False):
            change(world, router, admin_state_up=False)
            until(lambda: traces(world, router) == "", 10, "nothing is left of the other form")
            change(world, router, ha=ha)
            change(world, router, admin_state_up=True)
            until(lambda: answers(world, address), 20, f"it answers, ha={ha}")
            check_routes(world, router)
        assert answers(world, world.floating), "so does the other instance, of the same address"
        with says_who(four, 9000):
            seen = first(world).ask(address, 9000)
        assert seen == world.floating, "floating IPs of one router are reached from behind another"
        world.demo.network("DELETE", f"floatingips/{floating['id']}")
    change(world, router, routes=[])
    for subnet in subnets:
        join(world, router, subnet, "remove")
    world.admin.network("DELETE", f"routers/{router}")
    until(lambda: traces(world, router) == "", 10, "nothing is left of it")
    until(lambda: taps(world) == before, 10, "nor of its interfaces")


ROUTES = [
    {"destination": "172.30.0.0/16", "nexthop": "10.77.0.9"},
    {"destination": "172.31.0.0/16", "nexthop": "203.0.113.1"},
    {"destination": "fd00:99::/64", "nexthop": "fd00:77::9"},
]


def check_routes(world: World, router: str) -> None:
    """Exactly one node has them all."""
    shown = [
        inside(world, node, router, "route") + inside(world, node, router, "-6", "route")
        for node in NETWORK_NODES
    ]
    (carrier,) = (text for text in shown if "default via 203.0.113.1 dev qg-" in text)
    for route in ("172.30.0.0/16 via 10.77.0.9 dev qr-", "172.31.0.0/16 via 203.0.113.1 dev qg-"):
        assert route in carrier
    assert "fd00:99::/64 via fd00:77::9 dev qr-" in carrier
