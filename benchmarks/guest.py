"""A host on a tenant network, plugged into a compute node as a hypervisor plugs one: a tap that the agent puts on
the port's bridge, and behind it a namespace with the port's MAC and address."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.api import Api
from hawser.base import names
from hawser.lab.node import Node

_PLUG = """
set -e
ip netns add "$1"
ip link add "$2" mtu "$3" type veth peer name eth0 netns "$1" address "$4" mtu "$3"
ip -n "$1" address add "$5" dev eth0
ip -n "$1" link set lo up
ip -n "$1" link set eth0 up
ip link set "$2" up
ip -n "$1" route add default via "$6"
"""


@dataclass(frozen=True, slots=True)
class Guest:
    """A plugged guest; ``netns`` is its namespace on ``node``."""

    node: Node
    netns: str
    port: str
    address: str

    def unplug(self) -> None:
        """Take it off the node; its port stays."""
        self.node.run(["ip", "netns", "delete", self.netns], check=False)


def plug(api: Api, node: Node, network: str, gateway: str, prefix: int) -> Guest:
    """Make a port of the network on a node and a guest behind it. ``gateway`` is its default route's hop,
    ``prefix`` the subnet's length."""
    port = api.create("port", network_id=network, **{"binding:host_id": node.name})
    shown = api.show("network", network)
    address = str(port["fixed_ips"][0]["ip_address"])
    guest = Guest(node, f"guest-{port['id'][:8]}", str(port["id"]), address)
    mtu, tap = str(shown["mtu"]), names.tap(guest.port)
    node.run(
        ["sh", "-c", _PLUG, "sh", guest.netns, tap, mtu, port["mac_address"], f"{address}/{prefix}", gateway]
    )
    return guest
