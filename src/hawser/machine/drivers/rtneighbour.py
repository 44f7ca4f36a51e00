"""The kernel's messages on who is where: neighbours, and bridges' and tunnels' forwarding tables (linux/neighbour.h).

Builders give a `Request`; parsers give frozen values. Indices are interface indices of the namespace at hand.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_BRIDGE, AF_INET, AF_INET6, AF_UNSPEC

from hawser.base.addresses import mac_octets
from hawser.machine.drivers.netlink import (
    APPEND,
    CREATE,
    REPLACE,
    Request,
    Socket,
    attribute,
    attributes,
    number,
    u8,
)
from hawser.machine.ownership import PROTOCOL

_NEWNEIGH, _DELNEIGH, _GETNEIGH = 28, 29, 30

# struct ifinfomsg, ndmsg
_BRIDGE_PORT = struct.Struct("=BxHiII")
_NEIGH = struct.Struct("=BxxxiHBB")

_PERMANENT, _REACHABLE = 0x80, 0x2
_SELF, _MASTER, _TOLD = 0x2, 0x4, 0x10

Addr = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry for a port of a bridge: in its own forwarding table if it is a tunnel (``own``, with ``vtep``), or in
    the bridge's. ``told``: somebody set it as one that was learnt elsewhere."""

    mac: str
    vtep: Addr | None
    own: bool
    told: bool


NO_MAC = "00:00:00:00:00:00"
"""Whose entries say where frames without a known place go."""


def entries(socket: Socket, index: int) -> list[Entry]:
    """The forwarding entries of an interface."""
    found = []
    for kind, body in socket.dump(_GETNEIGH, _BRIDGE_PORT.pack(AF_BRIDGE, 0, index, 0, 0)):
        _, owner, _, flags, _ = _NEIGH.unpack_from(body)
        more = attributes(body, _NEIGH.size)
        if kind == _NEWNEIGH and owner == index and 2 in more:
            vtep = ip_address(more[1]) if 1 in more else None
            found.append(Entry(more[2].hex(":"), vtep, bool(flags & _SELF), bool(flags & _TOLD)))
    return found


def add_flood(index: int, vtep: Addr) -> Request:
    """Send frames without a known place to ``vtep``, too."""
    return Request(_NEWNEIGH, _entry(index, _PERMANENT, _SELF, NO_MAC, vtep), CREATE | APPEND)


def delete_flood(index: int, vtep: Addr) -> Request:
    """Do so no longer."""
    return Request(_DELNEIGH, _entry(index, _PERMANENT, _SELF, NO_MAC, vtep))


def set_place(index: int, mac: str, vtep: Addr) -> Request:
    """Frames to ``mac`` go out by the tunnel end point, to ``vtep``, until it shows up elsewhere."""
    flags = _SELF | _MASTER | _TOLD
    return Request(_NEWNEIGH, _entry(index, _REACHABLE, flags, mac, vtep), CREATE | REPLACE)


def delete_place(index: int, mac: str, vtep: Addr, own: bool) -> Request:
    """Forget where a MAC is, in the tunnel end point's ``own`` table or in the bridge's."""
    return Request(_DELNEIGH, _entry(index, _REACHABLE, _SELF if own else _MASTER, mac, vtep))


def _entry(index: int, state: int, flags: int, mac: str, vtep: Addr) -> bytes:
    head = _NEIGH.pack(AF_BRIDGE, index, state, flags, 0)
    return head + attribute(2, mac_octets(mac)) + attribute(1, vtep.packed)


@dataclass(frozen=True, slots=True)
class NeighbourRow:
    """A permanent neighbour entry of ours."""

    index: int
    address: Addr
    mac: str


def neighbours(socket: Socket) -> list[NeighbourRow]:
    """Our neighbour entries in the socket's namespace."""
    rows = []
    for kind, body in socket.dump(_GETNEIGH, _NEIGH.pack(AF_UNSPEC, 0, 0, 0, 0)):
        _, index, state, _, _ = _NEIGH.unpack_from(body)
        more = attributes(body, _NEIGH.size)
        if kind == _NEWNEIGH and state & _PERMANENT and number(more.get(12, b"")) == PROTOCOL:
            rows.append(NeighbourRow(index, ip_address(more[1]), more.get(2, b"").hex(":")))
    return rows


def set_neighbour(index: int, address: Addr, mac: str) -> Request:
    """An address is at a MAC, for good."""
    more = attribute(2, mac_octets(mac)) + u8(12, PROTOCOL)
    return Request(_NEWNEIGH, _neighbour_body(index, address) + more, CREATE | REPLACE)


def delete_neighbour(index: int, address: Addr) -> Request:
    """Nothing is known of an address."""
    return Request(_DELNEIGH, _neighbour_body(index, address))


def _neighbour_body(index: int, address: Addr) -> bytes:
    family = AF_INET if address.version == 4 else AF_INET6
    return _NEIGH.pack(family, index, _PERMANENT, 0, 0) + attribute(1, address.packed)
