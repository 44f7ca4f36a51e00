"""A path from an instance to the outside wired by hand on a lab's bare nodes: what a node's agent builds, and no more.

guest - bridge - VXLAN === VXLAN - bridge - router's namespace, masquerading - bridge - outside
on compute1                on network1
"""

from __future__ import annotations

from benchmarks.highavailability.talk import Place
from hawser.lab.lab import Lab

NETNS = "guest"
COMPUTE, NETWORK = "compute1", "network1"
_VNI, _UDP_PORT = 77, 4789
MTU = 1450
"""What the underlay's 1500 bytes leave."""

_COMPUTE = """
set -e
ip link add br-in mtu $1 up type bridge stp_state 0 forward_delay 0
ip link add vx-in mtu $1 up type vxlan id $2 local $3 remote $4 dstport $5 dev eth1
ip link set vx-in master br-in
ip netns add guest
ip link add tap-guest mtu $1 up type veth peer name eth0 netns guest mtu $1
ip link set tap-guest master br-in
ip -n guest link set lo up
ip -n guest link set eth0 up
ip -n guest address add 198.51.100.10/24 dev eth0
ip -n guest route add default via 198.51.100.1
"""
_NETWORK = """
set -e
ip link add br-in mtu $1 up type bridge stp_state 0 forward_delay 0
ip link add vx-in mtu $1 up type vxlan id $2 local $3 remote $4 dstport $5 dev eth1
ip link set vx-in master br-in
ip link add br-ex up type bridge stp_state 0 forward_delay 0
ip link set eth2 master br-ex up
ip netns add router
ip link add tap-in mtu $1 up type veth peer name inside netns router mtu $1
ip link set tap-in master br-in
ip link add tap-ex up type veth peer name outside netns router
ip link set tap-ex master br-ex
ip -n router link set lo up
ip -n router link set inside up
ip -n router link set outside up
ip -n router address add 198.51.100.1/24 dev inside
ip -n router address add 203.0.113.50/24 dev outside
ip -n router route add default via 203.0.113.1
ip netns exec router sysctl -q -w net.ipv4.ip_forward=1
ip netns exec router iptables -t nat -A POSTROUTING -o outside -j MASQUERADE
"""


def wire(lab: Lab) -> Place:
    """Wire the bare nodes of a lab; where the guest is."""
    compute, network = lab.node(COMPUTE), lab.node(NETWORK)
    ends = [str(node.spec.address("tunnel").ip) for node in (compute, network)]
    words = [str(MTU), str(_VNI)]
    compute.run(["sh", "-c", _COMPUTE, "sh", *words, *ends, str(_UDP_PORT)])
    network.run(["sh", "-c", _NETWORK, "sh", *words, *reversed(ends), str(_UDP_PORT)])
    return Place(compute, NETNS)
