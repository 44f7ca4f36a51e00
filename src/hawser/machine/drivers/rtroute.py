"""The kernel's messages on routes (linux/rtnetlink.h, linux/nexthop.h).

Builders give a `Request`; parsers give frozen values. Indices are interface indices of the namespace at hand.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, AF_INET6
from zlib import crc32

from hawser.machine.drivers.netlink import (
    CREATE,
    REPLACE,
    Request,
    Socket,
    attribute,
    attributes,
    number,
    u32,
)

_NEWROUTE, _DELROUTE, _GETROUTE = 24, 25, 26
_NEWNEXTHOP, _DELNEXTHOP = 104, 105

# struct rtmsg, nhmsg
_ROUTE = struct.Struct("=BBBBBBBBI")
_NEXTHOP = struct.Struct("=BBBBI")

_STATIC = 4
_UNICAST, _LOCAL = (254, 1), (255, 2)
"""Tables with the type of routes in them that are static."""
_ANYWHERE, _ON_LINK, _HERE = 0, 253, 254
"""Scopes, of IPv4."""
_IPV6_METRIC = 1024
"""What an IPv6 route has that does not say."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A static route: unicast in the main table, or local in that of local routes. The kernel's own metric is 0."""

    destination: IPv4Network | IPv6Network
    nexthop: IPv4Address | IPv6Address | None
    index: int
    metric: int = 0
    local: bool = False


def static_routes(socket: Socket) -> list[RouteRow]:
    """The static routes of the socket's namespace."""
    rows: list[RouteRow] = []
    for kind, body in socket.dump(_GETROUTE, _ROUTE.pack(0, 0, 0, 0, 0, 0, 0, 0, 0)):
        _, _, _, _, table, protocol, _, sort, _ = _ROUTE.unpack_from(body)
        if kind == _NEWROUTE and protocol == _STATIC and (table, sort) in (_UNICAST, _LOCAL):
            rows.append(_row(body, (table, sort) == _LOCAL))
    return rows


def _row(body: bytes, local: bool) -> RouteRow:
    family, length, *_ = _ROUTE.unpack_from(body)
    found = attributes(body, _ROUTE.size)
    zero = bytes(4 if family == AF_INET else 16)
    metric = number(found.get(6, b""))
    return RouteRow(
        ip_network((found.get(1, zero), length)),
        ip_address(found[5]) if 5 in found else None,
        number(found.get(4, b"")),
        0 if family == AF_INET6 and metric == _IPV6_METRIC else metric,
        local,
    )


def set_route(route: RouteRow) -> Sequence[Request]:
    """Put it into its table, in place of one to the same destination with the same metric."""
    if not _needs_object(route):
        return (Request(_NEWROUTE, _body(route, _by_itself(route)), CREATE | REPLACE),)
    id = u32(1, _id(route))
    via = attribute(6, route.nexthop.packed) if route.nexthop else b""
    made = _NEXTHOP.pack(AF_INET, 0, _STATIC, 0, 0) + id + u32(5, route.index) + via
    by_object = _body(route, u32(30, _id(route)))
    return (
        Request(_NEWNEXTHOP, made, CREATE | REPLACE),
        Request(_NEWROUTE, by_object, CREATE | REPLACE),
    )


def delete_route(route: RouteRow) -> Request:
    """Take it out."""
    if _needs_object(route):  # its route goes with it
        return Request(_DELNEXTHOP, _NEXTHOP.pack(0, 0, 0, 0, 0) + u32(1, _id(route)))
    return Request(_DELROUTE, _body(route, _by_itself(route)))


def _needs_object(route: RouteRow) -> bool:
    """Whether the kernel would take it away with the last IPv4 address of its interface: it spares those that go by a
    nexthop object (Linux 5.3)."""
    return route.destination.version == 4 and route.metric != 0 and not route.local


def _id(route: RouteRow) -> int:
    """Of its object, one of few in a namespace."""
    return crc32(f"{route.destination} {route.metric}".encode()) or 1


def _body(route: RouteRow, way: bytes) -> bytes:
    to, (table, sort) = route.destination, _LOCAL if route.local else _UNICAST
    family = AF_INET if to.version == 4 else AF_INET6
    head = _ROUTE.pack(family, to.prefixlen, 0, 0, table, _STATIC, _scope(route), sort, 0)
    metric = u32(6, route.metric) if route.metric else b""
    return head + attribute(1, to.network_address.packed) + way + metric


def _by_itself(route: RouteRow) -> bytes:
    via = attribute(5, route.nexthop.packed) if route.nexthop else b""
    return via + u32(4, route.index)


def _scope(route: RouteRow) -> int:
    if route.destination.version == 6 or route.nexthop:
        return _ANYWHERE
    return _HERE if route.local else _ON_LINK
