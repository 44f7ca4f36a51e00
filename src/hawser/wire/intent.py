"""What one node shall be: networks to wire, ports, routers and DHCP servers that live there, with whom they serve.

A `NodeIntent` is complete: what is not in it shall not be on the node. Each record has an ``id`` that is
unique among its kind, so that two intents can be compared record by record (`change.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hawser.base.addresses import Address, Interface, Network


class NetworkType(StrEnum):
    """How a network is told apart from others on the wire."""

    FLAT = "flat"
    VLAN = "vlan"
    VXLAN = "vxlan"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Segment:
    """One network as this node shall wire it. ``id`` is the network's id.

    ``segmentation_id`` is the VNI of a VXLAN network, the VLAN id of a VLAN network.
    ``vteps`` are the tunnel addresses of the other nodes that have a port in the network, sorted.
    ``answers``: no port of the network here has an address that may move, so that the node may answer for the
    network's neighbours.
    """

    id: str
    network_type: NetworkType
    physical_network: str | None
    segmentation_id: int | None
    mtu: int
    vteps: tuple[Address, ...]
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another node's port whose addresses stay where they are. ``id`` is the port's id, ``vtep`` the node's tunnel
    address."""

    id: str
    network_id: str
    mac: str
    addresses: tuple[Address, ...]
    vtep: Address


@dataclass(frozen=True, slots=True)
class Port:
    """A port that is bound to this node: an instance's, a router's, a DHCP server's."""

    id: str
    network_id: str
    mac: str
    device_owner: str
    device_id: str
    admin_state_up: bool


@dataclass(frozen=True, slots=True)
class Advertisement:
    """A prefix that a router tells hosts of (RFC 4861), with the subnet's DNS servers (RFC 8106).

    ``mode`` says where its addresses come from: "slaac" from the hosts themselves (RFC 4862),
    "dhcpv6-stateless" so, too, with the rest from DHCP, "dhcpv6-stateful" from DHCP alone.
    """

    prefix: Network
    dns_servers: tuple[Address, ...] = ()
    mode: str = "slaac"


@dataclass(frozen=True, slots=True)
class RouterInterface:
    """A router's foot in a network: ``qr-`` (internal) or ``qg-`` (gateway).

    ``addresses`` hold the prefix length of their subnet. ``advertise`` is what the router tells hosts
    of the network that make their own addresses.
    """

    port_id: str
    network_id: str
    mac: str
    mtu: int
    addresses: tuple[Interface, ...]
    advertise: tuple[Advertisement, ...] = ()


@dataclass(frozen=True, slots=True)
class FloatingIp:
    """An external address that stands for ``fixed_address`` behind the router."""

    id: str
    address: Address
    fixed_address: Address


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports from ``first`` to ``last``, both among them."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PortForwarding:
    """Packets to ``external`` ports of ``address`` go to ``internal_address``.

    ``internal`` are as many ports as ``external``, or one. Both are None where the protocol has no ports: then
    all of its packets go there.
    """

    id: str
    address: Address
    protocol: str
    external: PortRange | None
    internal_address: Address
    internal: PortRange | None


@dataclass(frozen=True, slots=True)
class Route:
    """A static route of a router."""

    destination: Network
    nexthop: Address


@dataclass(frozen=True, slots=True)
class Peer:
    """Another node that hosts a highly available router, by its ``address`` on the HA network; ``mac`` is its port's
    there, "" where a server does not tell.

    ``node`` is where the node itself is reached over the tunnel network, None where it has no tunnels. ``rank`` and
    ``drained`` are as in `HighAvailability`.
    """

    address: Address
    node: Address | None
    rank: int
    drained: bool = False
    mac: str = ""


@dataclass(frozen=True, slots=True)
class HighAvailability:
    """A router's place among its peers on other nodes.

    ``address`` is this node's on the HA network, ``peers`` the other nodes' ones, sorted. ``rank`` 0 is the
    node that shall become master when all start together. ``wanted``: this node shall be master now;
    ``drained``: it shall not, while another node lives. ``first``: nobody ever was, so this node is at once.
    ``joins``: the others are at it already and may not know of this node yet. ``others`` are the peers in order of
    rank, with what a node needs to know whether it is the next; none where a server does not tell.
    """

    vrid: int
    port_id: str
    network_id: str
    mac: str
    mtu: int
    address: Interface
    peers: tuple[Address, ...]
    rank: int
    wanted: bool = False
    drained: bool = False
    first: bool = False
    joins: bool = False
    others: tuple[Peer, ...] = ()


@dataclass(frozen=True, slots=True)
class Router:
    """A router that this node hosts; ``ha`` is None for one that lives on this node alone.

    ``next_hops`` are those of the external subnets: the default routes, the first of each IP version. ``onlink``
    are the external network's other subnets, which the gateway has no address of: they are on its link.
    """

    id: str
    admin_state_up: bool
    interfaces: tuple[RouterInterface, ...]
    gateway: RouterInterface | None
    next_hops: tuple[Address, ...]
    enable_snat: bool
    floating_ips: tuple[FloatingIp, ...]
    routes: tuple[Route, ...]
    ha: HighAvailability | None
    port_forwardings: tuple[PortForwarding, ...] = ()
    onlink: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class DhcpSubnet:
    """A subnet as the DHCP server offers it; host ``routes`` go to clients as option 121 (RFC 3442).

    ``isolated``: no router has its gateway address.
    """

    id: str
    cidr: Network
    gateway: Address | None
    dns_servers: tuple[Address, ...]
    routes: tuple[Route, ...]
    isolated: bool = False


@dataclass(frozen=True, slots=True)
class DhcpServer:
    """A network's DHCP server on this node. ``id`` is the network's id."""

    id: str
    port_id: str
    mac: str
    mtu: int
    addresses: tuple[Interface, ...]
    subnets: tuple[DhcpSubnet, ...]


@dataclass(frozen=True, slots=True)
class DhcpAddress:
    """An address that is reserved for a port, and the name it goes by."""

    address: Address
    hostname: str


@dataclass(frozen=True, slots=True)
class DhcpOption:
    """An option of one port's own; ``name`` is dnsmasq's or a number, ``value`` "" says that there is none."""

    name: str
    value: str
    ip_version: int = 4


@dataclass(frozen=True, slots=True)
class DhcpHost:
    """What the DHCP servers of a network give to the port with this MAC. ``id`` is the port's id.

    ``client_id`` is a further thing that the port's host may be known by, "" for none.
    It is a record of its own, so that a port costs one line however many its network has.
    """

    id: str
    network_id: str
    mac: str
    addresses: tuple[DhcpAddress, ...]
    options: tuple[DhcpOption, ...] = ()
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where another node is reached over the tunnel network. ``id`` is its host name.

    A node that carries routers asks the others whether they hear it; ``routes`` is whether this one carries
    routers, too, and could take them over.
    """

    id: str
    address: Address
    routes: bool


@dataclass(frozen=True, slots=True)
class NodeIntent:
    """All that one host shall be, as of a revision of the store; records are sorted by id."""

    host: str
    revision: int
    segments: tuple[Segment, ...] = ()
    ports: tuple[Port, ...] = ()
    routers: tuple[Router, ...] = ()
    dhcp_servers: tuple[DhcpServer, ...] = ()
    dhcp_hosts: tuple[DhcpHost, ...] = ()
    nodes: tuple[NodeAddress, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
