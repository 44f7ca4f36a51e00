"""The messages of the kernel's routing family: links, addresses, routes (linux/rtnetlink.h).

Builders give a `Request`; parsers give frozen values. Indices are interface indices of the namespace at hand.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from socket import AF_INET, AF_INET6, AF_UNSPEC

from hawser.base.addresses import mac_octets
from hawser.machine.drivers.netlink import (
    CREATE,
    EXCL,
    REPLACE,
    Request,
    Socket,
    attribute,
    attributes,
    nest,
    number,
    string,
    text,
    u8,
    u32,
)
from hawser.machine.ownership import PROTOCOL

NEWLINK, _DELLINK, _GETLINK, _SETLINK = 16, 17, 18, 19
_NEWADDR, _DELADDR, _GETADDR = 20, 21, 22
_NEWROUTE, _DELROUTE, _GETROUTE = 24, 25, 26

# struct ifinfomsg, ifaddrmsg, rtmsg
_LINK = struct.Struct("=BxHiII")
_ADDR = struct.Struct("=BBBBI")
_ROUTE = struct.Struct("=BBBBBBBBI")

_UP, _LOWER_UP = 0x1, 0x10000
_STATIC, _MAIN, _UNICAST = 4, 254, 1
_SCOPE_LINK = 253
_NO_DAD = 0x2

Addr = IPv4Address | IPv6Address
Iface = IPv4Interface | IPv6Interface
Net = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Link:
    """An interface as the kernel describes it.

    ``carrier`` is whether it is up and its medium, too.
    ``master`` and ``lower`` (the other end, or the interface below) are indices, 0 if there is none. ``data`` are
    the attributes of its ``kind`` (vxlan, bridge, ...), ``port`` those as a port of its master, as one.
    """

    index: int
    name: str
    up: bool
    carrier: bool
    mac: str
    mtu: int
    alias: str
    master: int
    lower: int
    kind: str
    data: dict[int, bytes]
    port: bytes = b""


def links(socket: Socket) -> list[Link]:
    """All interfaces of the socket's namespace, without their statistics."""
    body = _LINK.pack(AF_UNSPEC, 0, 0, 0, 0) + u32(29, 1 << 3)
    return [_link(content) for kind, content in socket.dump(_GETLINK, body) if kind == NEWLINK]


def _link(body: bytes) -> Link:
    _, _, index, flags, _ = _LINK.unpack_from(body)
    found = attributes(body, _LINK.size)
    info = attributes(found.get(18, b""))
    return Link(
        index=index,
        name=string(found[3]),
        up=bool(flags & _UP),
        carrier=bool(flags & _LOWER_UP),
        mac=found.get(1, b"").hex(":"),
        mtu=number(found.get(4, b"")),
        alias=string(found.get(20, b"")),
        master=number(found.get(10, b"")),
        lower=number(found.get(5, b"")),
        kind=string(info.get(1, b"")),
        data=attributes(info.get(2, b"")),
        port=info.get(5, b""),
    )


def link_info(kind: str, *data: bytes) -> bytes:
    """What kind of interface to make, with the attributes of the kind."""
    return nest(18, text(1, kind), nest(2, *data))


def link_body(name: str, *more: bytes, up: bool = False) -> bytes:
    """An interface by its name."""
    flags = _UP if up else 0
    return _LINK.pack(AF_UNSPEC, 0, 0, flags, flags) + text(3, name) + b"".join(more)


def mac(address: str) -> bytes:
    """The hardware address."""
    return attribute(1, mac_octets(address))


def mtu(value: int) -> bytes:
    """The MTU in bytes."""
    return u32(4, value)


def create_link(name: str, *more: bytes) -> Request:
    """Make an interface, down; the name must be free."""
    return Request(NEWLINK, link_body(name, *more), CREATE | EXCL)


def set_link(name: str, *more: bytes, up: bool = False) -> Request:
    """Change an interface, and bring it up if asked."""
    return Request(_SETLINK, link_body(name, *more, up=up))


_NEIGH_SUPPRESS = 32


def set_answers(name: str, answers: bool) -> Request:
    """Whether a bridge answers for the neighbours behind this port of it (IFLA_BRPORT_NEIGH_SUPPRESS)."""
    option = nest(18, text(4, "bridge"), nest(5, u8(_NEIGH_SUPPRESS, answers)))
    return Request(NEWLINK, link_body(name, option))


def answers(link: Link) -> bool:
    """Whether the bridge that the interface is a port of does so."""
    return any(attributes(link.port).get(_NEIGH_SUPPRESS, b""))


def no_link_local() -> bytes:
    """Make no IPv6 link-local address when the interface comes up (IN6_ADDR_GEN_MODE_NONE)."""
    return nest(26, nest(AF_INET6, u8(8, 1)))


def loopback_up() -> Request:
    """Bring up the loopback interface."""
    return set_link("lo", up=True)


_DOOMED = 0x68617773


def doom_link(name: str) -> Request:
    """Count an interface among those that `delete_doomed` removes (a device group of our own)."""
    return set_link(name, u32(27, _DOOMED))


def delete_doomed() -> Request:
    """Remove all doomed interfaces at once: the kernel waits for its readers once, not for each interface."""
    return Request(_DELLINK, _LINK.pack(AF_UNSPEC, 0, 0, 0, 0) + u32(27, _DOOMED))


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address as the kernel lists it; ``protocol`` says who set it (0: unknown)."""

    index: int
    interface: Iface
    protocol: int


def addresses(socket: Socket) -> list[AddressRow]:
    """All addresses of the socket's namespace."""
    return [
        _address(content)
        for kind, content in socket.dump(_GETADDR, _ADDR.pack(0, 0, 0, 0, 0))
        if kind == _NEWADDR
    ]


def _address(body: bytes) -> AddressRow:
    _, length, _, _, index = _ADDR.unpack_from(body)
    found = attributes(body, _ADDR.size)
    packed = found.get(2) or found[1]
    return AddressRow(index, ip_interface((packed, length)), number(found.get(11, b"")))


def set_address(index: int, interface: Iface) -> Request:
    """Put an address of ours on an interface, or make the one that stands ours; no detection of duplicates."""
    more = u32(8, _NO_DAD) if interface.version == 6 else _broadcast(interface)
    more += u8(11, PROTOCOL)
    return Request(_NEWADDR, _address_body(index, interface) + more, CREATE | REPLACE)


def _broadcast(interface: Iface) -> bytes:
    """The broadcast address, where the network is large enough to have one."""
    network = interface.network
    return attribute(4, network.broadcast_address.packed) if network.num_addresses > 2 else b""


def delete_address(index: int, interface: Iface) -> Request:
    """Take an address off an interface."""
    return Request(_DELADDR, _address_body(index, interface))


def _address_body(index: int, interface: Iface) -> bytes:
    packed = interface.ip.packed
    head = _ADDR.pack(_family(interface), interface.network.prefixlen, 0, 0, index)
    return head + attribute(2, packed) + attribute(1, packed)


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A static unicast route of the main table."""

    destination: Net
    nexthop: Addr | None
    index: int


def static_routes(socket: Socket) -> list[RouteRow]:
    """The static routes of the main table of the socket's namespace."""
    rows: list[RouteRow] = []
    for kind, body in socket.dump(_GETROUTE, _ROUTE.pack(0, 0, 0, 0, 0, 0, 0, 0, 0)):
        family, length, _, _, table, protocol, _, sort, _ = _ROUTE.unpack_from(body)
        if kind == _NEWROUTE and (table, protocol, sort) == (_MAIN, _STATIC, _UNICAST):
            found = attributes(body, _ROUTE.size)
            zero = bytes(4 if family == AF_INET else 16)
            nexthop = ip_address(found[5]) if 5 in found else None
            rows.append(
                RouteRow(ip_network((found.get(1, zero), length)), nexthop, number(found.get(4, b"")))
            )
    return rows


def set_route(index: int, destination: Net, nexthop: Addr | None) -> Request:
    """Put a static route into the main table, in place of one to the same destination."""
    return Request(_NEWROUTE, _route_body(index, destination, nexthop), CREATE | REPLACE)


def delete_route(index: int, destination: Net, nexthop: Addr | None) -> Request:
    """Take a static route out of the main table."""
    return Request(_DELROUTE, _route_body(index, destination, nexthop))


def _route_body(index: int, destination: Net, nexthop: Addr | None) -> bytes:
    scope = _SCOPE_LINK if nexthop is None and destination.version == 4 else 0
    head = _ROUTE.pack(_family(destination), destination.prefixlen, 0, 0, _MAIN, _STATIC, scope, _UNICAST, 0)
    via = attribute(5, nexthop.packed) if nexthop else b""
    return head + attribute(1, destination.network_address.packed) + via + u32(4, index)


def _family(value: Iface | Net) -> int:
    return AF_INET if value.version == 4 else AF_INET6
