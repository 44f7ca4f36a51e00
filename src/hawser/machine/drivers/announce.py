"""Tells the neighbours of an interface that addresses are here, without a process: frames of a socket's own making.

Gratuitous ARP for IPv4 (RFC 5227, section 3), unsolicited neighbour advertisements for IPv6 (RFC 4861, section 4.4).
They also teach the bridges and tunnels between where the interface's MAC is now.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from hawser.base.addresses import Address, mac_octets
from hawser.base.errors import MachineError
from hawser.machine.drivers import arp
from hawser.machine.drivers.checksum import checksum
from hawser.machine.drivers.namespaces import Namespaces

_ETH_P_IPV6 = 0x86DD
_ALL_NODES = socket.inet_pton(socket.AF_INET6, "ff02::1")
_ALL_NODES_MAC = bytes.fromhex("333300000001")
_ADVERTISEMENT, _ROUTER_OVERRIDES = 136, 0xA0000000
_TARGET_MAC = bytes([2, 1])
"""The option that holds it, of eight octets."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """``address`` is on ``link`` of the namespace ``netns``, and ``mac`` answers for it."""

    netns: str
    link: str
    mac: str
    address: Address


def announce(namespaces: Namespaces, announcements: Iterable[Announcement]) -> None:
    """Say each once. Nobody hears of what is on an interface or in a namespace that is gone."""
    for netns, said in groupby(sorted(announcements, key=attrgetter("netns")), attrgetter("netns")):
        with suppress(MachineError, OSError):
            _say(namespaces, netns, said)


def frame(announcement: Announcement) -> bytes:
    """What is sent, Ethernet header and all."""
    mac, address = mac_octets(announcement.mac), announcement.address
    if address.version == 4:
        return arp.request(mac, address, address)
    return _ALL_NODES_MAC + mac + struct.pack("!H", _ETH_P_IPV6) + _advertisement(address, mac)


def _say(namespaces: Namespaces, netns: str, announcements: Iterable[Announcement]) -> None:
    with namespaces.entered(netns):
        voice = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC)
    with voice:
        for each in announcements:
            with suppress(OSError):  # this interface is gone, the others are not
                voice.sendto(frame(each), (each.link, 0))


def _advertisement(address: Address, mac: bytes) -> bytes:
    """The packet: from the address, to all nodes, of a router, and in place of what was known."""
    own = address.packed
    option = _TARGET_MAC + mac
    said = struct.pack("!BBHI", _ADVERTISEMENT, 0, 0, _ROUTER_OVERRIDES) + own + option
    pseudo = own + _ALL_NODES + struct.pack("!II", len(said), socket.IPPROTO_ICMPV6)
    said = said[:2] + struct.pack("!H", checksum(pseudo + said)) + said[4:]
    header = struct.pack("!IHBB", 6 << 28, len(said), socket.IPPROTO_ICMPV6, 255)
    return header + own + _ALL_NODES + said
