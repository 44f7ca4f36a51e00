"""Hosts on a tenant network that speak only when they are told to: no DHCP, no IPv6 of their own, no announcements."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from typing import Any

from hawser.base import names
from hawser.lab.node import Node
from tests.scenario.world import World

_PLUG = """
set -e
ip netns add "$1"
ip netns exec "$1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
ip link add "$2" mtu "$3" type veth peer name eth0 netns "$1" address "$4" mtu "$3"
ip -n "$1" address add "$5" dev eth0
ip -n "$1" link set lo up
ip -n "$1" link set eth0 up
ip link set "$2" up
"""


@dataclass(frozen=True, slots=True)
class Guest:
    """A namespace on ``node`` behind a port's tap, with the port's MAC and IPv4 address."""

    node: Node
    port: dict[str, Any]

    @property
    def netns(self) -> str:
        return f"guest-{self.port['id'][:8]}"

    @property
    def tap(self) -> str:
        return names.tap(self.port["id"])

    @property
    def address(self) -> str:
        return str(self.port["fixed_ips"][0]["ip_address"])

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.node.run(["ip", "netns", "exec", self.netns, *words], check=False)

    def reaches(self, other: Guest, *options: str) -> bool:
        """Whether one ping is answered within a second."""
        return self.run("ping", "-nqc1", "-W1", *options, other.address).returncode == 0

    def forgets(self) -> None:
        """It knows nobody's MAC any more."""
        self.run("ip", "neigh", "flush", "dev", "eth0")

    def moved(self, world: World, node: str) -> Guest:
        """The same on another node: there first by the API, then in flesh, without a word of its own."""
        self.unplug()
        body = {"port": {"binding:host_id": node}}
        world.admin.network("PUT", f"ports/{self.port['id']}", body)
        guest = replace(self, node=world.lab.node(node))
        guest.plug(world)
        return guest

    def plug(self, world: World) -> None:
        network = world.admin.network("GET", f"networks/{self.port['network_id']}")["network"]
        words = (self.netns, self.tap, str(network["mtu"]), self.port["mac_address"], f"{self.address}/24")
        self.node.run(["sh", "-c", _PLUG, "sh", *words])

    def unplug(self) -> None:
        self.node.run(["ip", "link", "delete", self.tap], check=False)
        self.node.run(["ip", "netns", "delete", self.netns], check=False)


def guest(world: World, network: str, node: str) -> Guest:
    """A new port of the network, bound to a node, with a guest behind it."""
    bound = {"binding:host_id": node, "device_owner": "compute:nova", "device_id": "guest"}
    made = Guest(world.lab.node(node), world.admin.make("port", network_id=network, **bound))
    made.plug(world)
    return made
