"""What a lab consists of, as values: segments (wires that many share), nodes with roles, NICs and addresses.
Pure.

`ha` is the topology of the documents: a controller, two network nodes, two compute nodes, and `outside`, which
plays the Internet and the site's router: the external network's gateway, and the controller's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_interface, ip_network

from hawser.base.addresses import Address, Interface, Network
from hawser.base.errors import BadInput

MTU = 1500


class Role(StrEnum):
    """What a node does. Those in `AGENTS` are played by one `hawser node run`, with the names used here."""

    CONTROLLER = "controller"
    LINUXBRIDGE = "linuxbridge"
    L3 = "l3"
    DHCP = "dhcp"
    METADATA = "metadata"
    COMPUTE = "compute"
    OUTSIDE = "outside"


AGENTS = (Role.LINUXBRIDGE, Role.L3, Role.DHCP, Role.METADATA)


@dataclass(frozen=True, slots=True)
class Segment:
    """One wire: a bridge in the fabric. ``number`` makes the MAC addresses of the NICs on it."""

    name: str
    number: int
    network: Network


@dataclass(frozen=True, slots=True)
class Nic:
    """A node's end of a segment; ``mac`` is the same in every run, so that peers' neighbour tables hold true
    when a node returns from a power cut."""

    name: str
    segment: str
    mac: str
    addresses: tuple[Interface, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A node before it is started. ``gateway`` is where it sends what is for no network of its own."""

    name: str
    roles: tuple[Role, ...]
    nics: tuple[Nic, ...]
    gateway: Address | None = None

    @property
    def agents(self) -> tuple[Role, ...]:
        """The roles that one `hawser node run` plays here."""
        return tuple(role for role in self.roles if role in AGENTS)

    def nic(self, segment: str) -> Nic:
        """The NIC on the segment of that name; BadInput if this node has none."""
        for nic in self.nics:
            if nic.segment == segment:
                return nic
        have = ", ".join(nic.segment for nic in self.nics)
        raise BadInput("link", f"{self.name} is not on '{segment}'", f"It has: {have}.")

    def address(self, segment: str) -> Interface:
        """The first address on the segment of that name."""
        return self.nic(segment).addresses[0]


@dataclass(frozen=True, slots=True)
class Topology:
    """Segments and nodes; names are unique in each."""

    name: str
    segments: tuple[Segment, ...]
    nodes: tuple[NodeSpec, ...]

    def node(self, name: str) -> NodeSpec:
        """The node of that name; BadInput names those that there are."""
        for node in self.nodes:
            if node.name == name:
                return node
        have = ", ".join(node.name for node in self.nodes)
        raise BadInput("node", f"there is no '{name}' in the lab", f"It has: {have}.")

    def with_role(self, role: Role) -> tuple[NodeSpec, ...]:
        """The nodes that play this role, in order."""
        return tuple(node for node in self.nodes if role in node.roles)


MANAGEMENT = Segment("management", 0, ip_network("10.0.0.0/24"))
TUNNEL = Segment("tunnel", 1, ip_network("10.0.1.0/24"))
EXTERNAL = Segment("external", 2, ip_network("203.0.113.0/24"))

_ALL = (MANAGEMENT, TUNNEL, EXTERNAL)
_MOST_NETWORK_NODES = 9
"""So many last octets there are from 21 on, before those of compute nodes."""


def ha(dhcp_on: str = "compute", network_nodes: int = 2) -> Topology:
    """The documents' topology. ``dhcp_on``: DHCP agents run on `compute` nodes (document 004) or on `network`
    nodes (document 000); ``network_nodes`` is how many there are of these. Metadata agents are on network nodes,
    and wherever DHCP agents are."""
    if dhcp_on not in ("compute", "network"):
        raise BadInput("dhcp-on", f"'{dhcp_on}' is not a kind of node", "Say `compute` or `network`.")
    if not 1 <= network_nodes <= _MOST_NETWORK_NODES:
        raise BadInput(
            "network-nodes", f"{network_nodes} is not possible", f"Say 1 to {_MOST_NETWORK_NODES}."
        )
    dhcp = {kind: (Role.DHCP,) if kind == dhcp_on else () for kind in ("compute", "network")}
    network = (Role.LINUXBRIDGE, Role.L3, *dhcp["network"], Role.METADATA)
    served = (*dhcp["compute"], Role.METADATA) if dhcp["compute"] else ()
    compute = (Role.LINUXBRIDGE, *served, Role.COMPUTE)
    nodes = (
        replace(_node("controller", 11, (Role.CONTROLLER,), MANAGEMENT), gateway=MANAGEMENT.network[1]),
        *(_node(f"network{n}", 20 + n, network, *_ALL) for n in range(1, network_nodes + 1)),
        _node("compute1", 31, compute, MANAGEMENT, TUNNEL),
        _node("compute2", 32, compute, MANAGEMENT, TUNNEL),
        NodeSpec("outside", (Role.OUTSIDE,), (_outside_nic(), _nic("eth1", MANAGEMENT, 1))),
    )
    return Topology("ha", _ALL, nodes)


def _node(name: str, last_octet: int, roles: tuple[Role, ...], *segments: Segment) -> NodeSpec:
    nics = (_nic(f"eth{index}", segment, last_octet) for index, segment in enumerate(segments))
    return NodeSpec(name, roles, tuple(nics))


def _nic(name: str, segment: Segment, last_octet: int) -> Nic:
    """The external NIC bears no address: it is a port of the external network's bridge."""
    address = ip_interface(f"{segment.network[last_octet]}/{segment.network.prefixlen}")
    return Nic(name, segment.name, _mac(segment, last_octet), () if segment is EXTERNAL else (address,))


def _outside_nic() -> Nic:
    addresses = (ip_interface("203.0.113.1/24"), ip_interface("fd00:203:0:113::1/64"))
    return Nic("eth0", EXTERNAL.name, _mac(EXTERNAL, 1), addresses)


def _mac(segment: Segment, last_octet: int) -> str:
    """Locally administered and unicast (the second bit of the first octet, IEEE 802)."""
    return f"02:00:00:00:{segment.number:02x}:{last_octet:02x}"
