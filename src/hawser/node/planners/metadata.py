"""Where instances ask for their metadata on this node, and the rules, addresses and routes that lead them there. Pure.

An instance asks 169.254.169.254, port 80, by HTTP. Its router turns that to a port of its own namespace; where there is
no router, the DHCP server has that address beside its own, and tells clients a route to it (RFC 3442). Every host of a
router is so, master or not: whoever becomes master answers at once. The metadata agent listens there, and makes
nothing on the machine but those sockets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_interface, ip_network

from hawser.base import names
from hawser.base.addresses import Interface
from hawser.base.config import NodeSettings
from hawser.machine.items.chain import Chain
from hawser.machine.items.item import Item
from hawser.node.planners.facts import Facts
from hawser.wire.intent import DhcpServer, DhcpSubnet, NodeIntent, Route

ADDRESS = IPv4Address("169.254.169.254")
PORT = 80
_ANY = IPv4Address("0.0.0.0")


@dataclass(frozen=True, slots=True)
class Door:
    """Where to listen in a namespace. Who asks there is behind the router, or in the network, that ``noun``
    ("router", "network") and ``id`` name."""

    netns: str
    address: IPv4Address
    port: int
    noun: str
    id: str


def desire(intent: NodeIntent, facts: Facts) -> Iterator[Item]:
    """No items: a socket ends with its process, and there is nothing to be found by an agent without memory."""
    return iter(())


def doors(intent: NodeIntent, settings: NodeSettings) -> Iterator[Door]:
    """Where the agent listens: in routers that are up and have a network, and beside DHCP servers that lead there."""
    for router in intent.routers if settings.enable_metadata_proxy else ():
        if router.admin_state_up and router.interfaces:
            netns = names.router_namespace(router.id)
            yield Door(netns, _ANY, settings.metadata_port, "router", router.id)
    for server in intent.dhcp_servers:
        if held(server, settings):
            yield Door(names.dhcp_namespace(server.id), ADDRESS, PORT, "network", server.id)


def redirect(settings: NodeSettings) -> tuple[str, ...]:
    """What a router does, before all else, with what its networks ask of the address: for the nat table."""
    if not settings.enable_metadata_proxy:
        return ()
    asked = f"-d {ADDRESS}/32 -i qr-+ -p tcp -m tcp --dport {PORT}"
    return (f"{asked} -j REDIRECT --to-ports {settings.metadata_port}",)


def guards(netns: str, settings: NodeSettings) -> Iterator[Chain]:
    """By no other way, and from nowhere else, the port is reached. What is forwarded to others' ports passes."""
    if settings.enable_metadata_proxy:
        port = f"-p tcp -m tcp --dport {settings.metadata_port}"
        yield Chain(netns, 4, "mangle", "INPUT", (f"{port} -m conntrack ! --ctorigdst {ADDRESS} -j DROP",))


def held(server: DhcpServer, settings: NodeSettings) -> tuple[Interface, ...]:
    """The address, where the DHCP server leads any of its clients to itself."""
    leads = any(_leads(subnet, settings) for subnet in server.subnets)
    return (ip_interface(f"{ADDRESS}/32"),) if leads else ()


def routes(server: DhcpServer, subnet: DhcpSubnet, settings: NodeSettings) -> Iterator[Route]:
    """The way there for clients in a subnet: by the server's own address in it."""
    if _leads(subnet, settings):
        own = (each.ip for each in server.addresses if each.ip in subnet.cidr)
        yield from (Route(ip_network(ADDRESS), address) for address in own)


def _leads(subnet: DhcpSubnet, settings: NodeSettings) -> bool:
    wanted = settings.force_metadata or (settings.enable_isolated_metadata and subnet.isolated)
    return wanted and subnet.cidr.version == 4
