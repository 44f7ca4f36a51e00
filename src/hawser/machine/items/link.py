"""Interfaces: bridges, veth pairs, VXLAN tunnel ends, VLAN interfaces. Each is up once it stands.

A link of ours in the machine's own namespace carries an alias (IFLA_IFALIAS, see `ownership`); a link in a
namespace of ours is ours by its place.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from hawser.machine.items.item import ROOT, Item, Key, inside, link_key


def member_key(link: str) -> Key:
    """The key of an interface's membership of a bridge."""
    return ("member", ROOT, link)


@dataclass(frozen=True, slots=True)
class Bridge(Item):
    """A bridge in the machine's own namespace: no spanning tree, no forwarding delay, no snooping."""

    name: str
    mtu: int

    @property
    def key(self) -> Key:
        """("link", "", name)."""
        return link_key(ROOT, self.name)


@dataclass(frozen=True, slots=True)
class Veth(Item):
    """A pair: ``name`` in the machine's own namespace, ``peer`` with the MAC in ``netns``."""

    name: str
    netns: str
    peer: str
    mac: str
    mtu: int

    @property
    def key(self) -> Key:
        """("link", "", name)."""
        return link_key(ROOT, self.name)

    def provides(self) -> frozenset[Key]:
        """Both ends."""
        return frozenset({self.key, link_key(self.netns, self.peer)})

    def requires(self) -> frozenset[Key]:
        """The peer's namespace."""
        return inside(self.netns)

    def falls_with(self) -> frozenset[Key]:
        """Nothing: a removed namespace takes the pair with it, but some time later.

        The name of the end that is left would be in the way until then.
        """
        return frozenset()

    def can_become(self, other: Item) -> bool:
        """MTU and MAC change in place; where the ends are does not."""
        return isinstance(other, Veth) and (self.netns, self.peer) == (other.netns, other.peer)


@dataclass(frozen=True, slots=True)
class Vxlan(Item):
    """A VXLAN tunnel end point that learns (RFC 7348).

    ``device`` is the underlay interface. ``group`` is the multicast group for unknown destinations, None
    where flood entries (`fdb.Flood`) name the other ends. ``ttl`` 0 leaves that of its packets to the kernel.
    """

    name: str
    vni: int
    local: IPv4Address | IPv6Address
    device: str
    group: IPv4Address | IPv6Address | None
    port: int
    mtu: int
    ttl: int = 0
    tos: int = 0

    @property
    def key(self) -> Key:
        """("link", "", name)."""
        return link_key(ROOT, self.name)

    def requires(self) -> frozenset[Key]:
        """The underlay interface, a fact of the machine."""
        return frozenset({link_key(ROOT, self.device)})

    def claims(self) -> frozenset[Hashable]:
        """The VNI on this UDP port."""
        return frozenset({("vni", self.vni, self.port)})

    def can_become(self, other: Item) -> bool:
        """Only the MTU changes in place."""
        return isinstance(other, Vxlan) and replace(self, mtu=other.mtu) == other


@dataclass(frozen=True, slots=True)
class Vlan(Item):
    """A VLAN interface (IEEE 802.1Q) on a physical one."""

    name: str
    parent: str
    vid: int
    mtu: int

    @property
    def key(self) -> Key:
        """("link", "", name)."""
        return link_key(ROOT, self.name)

    def requires(self) -> frozenset[Key]:
        """The physical interface, a fact of the machine."""
        return frozenset({link_key(ROOT, self.parent)})

    def claims(self) -> frozenset[Hashable]:
        """The VLAN id on this parent."""
        return frozenset({("vlan", self.parent, self.vid)})

    def can_become(self, other: Item) -> bool:
        """Only the MTU changes in place."""
        return isinstance(other, Vlan) and (self.parent, self.vid) == (other.parent, other.vid)


@dataclass(frozen=True, slots=True)
class Member(Item):
    """An interface of the machine's own namespace is a port of a bridge, and up.

    The interface may be ours or not (a physical interface, an instance's tap made by the compute service);
    the bridge may be ours or stand already. It is ours if either is. ``mtu`` is what a tap shall have that another
    service made, None where it is the interface's own. ``answers``: the bridge answers for the neighbours
    (`neighbour.Neighbour`) that are behind this port and does not ask them; nor does it tell them of what moves.
    """

    link: str
    bridge: str
    mtu: int | None = None
    answers: bool = False

    @property
    def key(self) -> Key:
        """("member", "", link)."""
        return member_key(self.link)

    def requires(self) -> frozenset[Key]:
        """Both interfaces."""
        return frozenset({link_key(ROOT, self.link), link_key(ROOT, self.bridge)})

    def falls_with(self) -> frozenset[Key]:
        """Either interface."""
        return frozenset({link_key(ROOT, self.link), link_key(ROOT, self.bridge)})
