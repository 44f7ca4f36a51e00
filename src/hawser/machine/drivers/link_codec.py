"""Between link items and the kernel's messages: how each kind is made, and how it reads.

Every link is made down; a second message in the same batch gives it its alias, which the kernel takes no
sooner, and a third brings it up, as a message's flags count before its other attributes. No end that we
make has an IPv6 link-local address by itself: a bridge has no use for one, and a router's standby must not
answer for the router (RFC 4862 section 5.3 would give it one).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.netlink import (
    Request,
    attribute,
    be16,
    nest,
    number,
    text,
    u8,
    u16,
    u32,
)
from hawser.machine.drivers.rtnetlink import Link
from hawser.machine.items.item import ROOT
from hawser.machine.items.link import Bridge, Member, Veth, Vlan, Vxlan
from hawser.machine.ownership import ALIAS

LinkItem = Bridge | Veth | Vxlan | Vlan

MODULES = {"bridge": "bridge", "veth": "veth", "vxlan": "vxlan", "vlan": "8021q"}
"""The kernel module behind each kind of link."""

LOCAL_MAC = "02"
"""The first octet of a MAC that is locally administered, and one host's (IEEE 802)."""

DOWN = 0
"""The MTU that a link reads with when it is down, or its two ends differ: so that it differs from any wish."""


@dataclass(frozen=True, slots=True)
class Messages:
    """What makes an item so: requests to the root namespace, to the one of the other end, and to the root namespace
    again, a few items at a time."""

    here: tuple[Request, ...]
    there: tuple[Request, ...] = ()
    last: tuple[Request, ...] = ()


def _quiet() -> bytes:
    return rtnetlink.no_link_local() if Path("/proc/sys/net/ipv6").exists() else b""


def creation(item: LinkItem, indices: Mapping[str, int], namespace: int) -> Messages:
    """``indices`` are those of the root namespace's links; ``namespace`` is a handle of the peer's one.

    Raises KeyError with the name of a link that is not there.
    """
    info = _info(item, indices, namespace)
    made = rtnetlink.create_link(item.name, *_first(item), *info)
    alias = text(20, f"{ALIAS}{type(item).__name__.lower()}")
    ours = rtnetlink.set_link(item.name, alias, rtnetlink.mtu(item.mtu), _quiet())
    here = (made, ours, rtnetlink.set_link(item.name, up=True))
    if isinstance(item, Veth):
        return Messages(
            here, (rtnetlink.set_link(item.peer, _quiet()), rtnetlink.set_link(item.peer, up=True))
        )
    return Messages(here)


def _first(item: LinkItem) -> tuple[bytes, ...]:
    """A bridge takes its MTU and its MAC from its ports, until it is once given another MTU than it has and a MAC of
    its own. With each change of the MAC its neighbour entries would go."""
    if isinstance(item, Bridge):
        return (rtnetlink.mtu(item.mtu - 1), rtnetlink.mac(f"{LOCAL_MAC}:{os.urandom(5).hex(':')}"))
    return (rtnetlink.mtu(item.mtu),)


def _info(item: LinkItem, indices: Mapping[str, int], namespace: int) -> tuple[bytes, ...]:
    match item:
        case Bridge():
            # Forward delay, spanning tree, multicast snooping.
            return (rtnetlink.link_info("bridge", u32(1, 0), u32(5, 0), u8(23, 0)),)
        case Veth():
            place = u32(28, namespace) if item.netns != ROOT else b""
            peer = rtnetlink.link_body(item.peer, rtnetlink.mac(item.mac), rtnetlink.mtu(item.mtu), place)
            return (rtnetlink.link_info("veth", nest(1, peer)),)
        case Vxlan():
            return (rtnetlink.link_info("vxlan", *_vxlan(item, indices)),)
        case Vlan():
            return (u32(5, indices[item.parent]), rtnetlink.link_info("vlan", u16(1, item.vid)))


def _vxlan(item: Vxlan, indices: Mapping[str, int]) -> tuple[bytes, ...]:
    local = attribute(4 if item.local.version == 4 else 17, item.local.packed)
    group = b""
    if item.group is not None:
        group = attribute(2 if item.group.version == 4 else 16, item.group.packed)
    hops = (u8(5, item.ttl), u8(6, item.tos))
    return (
        u32(1, item.vni),
        local,
        group,
        u32(3, indices[item.device]),
        *hops,
        u8(7, 1),
        be16(15, item.port),
    )


def change(item: LinkItem) -> Messages:
    """MTU, MAC of the other end, and up."""
    here = (rtnetlink.set_link(item.name, rtnetlink.mtu(item.mtu), up=True),)
    if isinstance(item, Veth):
        there = rtnetlink.set_link(item.peer, rtnetlink.mac(item.mac), rtnetlink.mtu(item.mtu), up=True)
        return Messages(here, (there,))
    return Messages(here)


def membership(item: Member, indices: Mapping[str, int], new: bool) -> Messages:
    """``new`` is whether it is on another bridge, or on none. Raises KeyError with the name of a link that is not
    there."""
    more = (u32(10, indices[item.bridge]), *((rtnetlink.mtu(item.mtu),) if item.mtu is not None else ()))
    joined = rtnetlink.set_link(item.link, *more, up=True)
    # A port that joins a bridge does not answer.
    silent = new and not item.answers
    return Messages((joined,) if silent else (joined, rtnetlink.set_answers(item.link, item.answers)))


def release(item: Member) -> Messages:
    """Out of any bridge."""
    return Messages((rtnetlink.set_link(item.link, u32(10, 0)),))


def link_item(
    link: Link, names: Mapping[int, str], ends: Mapping[tuple[int, int], tuple[str, Link]]
) -> LinkItem:
    """The item that a link with our alias is.

    ``names`` are those of the root namespace's links. ``ends`` are the ends of veth pairs in our namespaces and
    the root one, by (own index, other end's index). A link of a kind that we do not make reads as a bridge that
    nobody wants, so that it is removed.
    """
    size = link.mtu if link.up else DOWN
    match link.kind:
        case "veth":
            return _veth(link, ends)
        case "vxlan":
            return _read_vxlan(link, names, size)
        case "vlan":
            return Vlan(link.name, names.get(link.lower, ""), number(link.data.get(1, b"")), size)
        case _:
            return Bridge(link.name, size)


def _veth(link: Link, ends: Mapping[tuple[int, int], tuple[str, Link]]) -> Veth:
    """A pair whose other end is in no namespace of ours reads as one without a peer: it will be rebuilt."""
    if (link.lower, link.index) not in ends:
        return Veth(link.name, ROOT, "", "", DOWN)
    netns, peer = ends[link.lower, link.index]
    sound = link.up and peer.up and link.mtu == peer.mtu
    return Veth(link.name, netns, peer.name, peer.mac, link.mtu if sound else DOWN)


def _read_vxlan(link: Link, names: Mapping[int, str], size: int) -> Vxlan:
    data = link.data
    return Vxlan(
        name=link.name,
        vni=number(data.get(1, b"")),
        local=_address(data, 4, 17) or IPv4Address(0),
        device=names.get(number(data.get(3, b"")), ""),
        group=_address(data, 2, 16),
        port=int.from_bytes(data.get(15, b""), "big"),
        mtu=size,
        ttl=number(data.get(5, b"")),
        tos=number(data.get(6, b"")),
    )


def _address(data: Mapping[int, bytes], four: int, six: int) -> IPv4Address | IPv6Address | None:
    packed = data.get(four) or data.get(six)
    return ip_address(packed) if packed else None
