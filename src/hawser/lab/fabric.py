"""The wires of a lab: one bridge a segment, in a namespace of its own, and a veth pair to each NIC. Pure
text.

What `ip -batch` is to read, and where: links are made in the fabric's network namespace by a process of the
host's pid namespace, since a pair's far end is put into a node by the pid of its init.
"""

from __future__ import annotations

from hawser.lab.topology import MTU, Nic, NodeSpec, Topology

FABRIC = "fabric"


def bridges(topology: Topology) -> list[str]:
    """The segments' bridges. Multicast snooping is off: VRRP and VXLAN groups reach everyone without a
    querier."""
    return [
        f"link add {segment.name} mtu {MTU} up type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
        for segment in topology.segments
    ]


def plug(node: NodeSpec, pid: int) -> list[str]:
    """For the fabric: a pair for each NIC of a started node, whose init has this pid."""
    lines = []
    for nic in node.nics:
        far = f"peer name {nic.name} address {nic.mac} mtu {MTU} netns {pid}"
        lines.append(f"link add {end(node, nic)} mtu {MTU} type veth {far}")
        lines.append(f"link set {end(node, nic)} master {nic.segment} up")
    return lines


def addresses(node: NodeSpec) -> list[str]:
    """For the node: its NICs up, with their addresses. IPv6 ones are usable at once (no wait for DAD)."""
    lines = []
    for nic in node.nics:
        lines.append(f"link set {nic.name} up")
        for address in nic.addresses:
            nodad = " nodad" if address.version == 6 else ""
            lines.append(f"address add {address}{nodad} dev {nic.name}")
    if node.gateway:
        lines.append(f"route add default via {node.gateway}")
    return lines


def end(node: NodeSpec, nic: Nic) -> str:
    """The name of a NIC's other end, in the fabric: `network1-eth1` (at most 15 characters)."""
    return f"{node.name}-{nic.name}"
