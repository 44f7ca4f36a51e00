"""Which translated connections a namespace may have (IPv4). A connection outlives the rule that began it, so it has to
be ended when the rule goes: a floating IP that is taken away leads nowhere any more."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from hawser.machine.items.item import Item, Key, inside


@dataclass(frozen=True, slots=True)
class Way:
    """Packets to ``outer`` may lead to ``inner``: all, or those of a protocol (its IANA number; 0: any) to the ports
    from ``first`` to ``last``. One for all protocols leads out, too: ``inner`` appears as ``outer``."""

    outer: IPv4Address
    inner: IPv4Address
    protocol: int = 0
    first: int = 0
    last: int = 65535


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as its first packet came (``source``, ``destination``, its ``port``), and where answers come from
    and go to; ``handle`` is how the machine knows it. ``port`` is 0 where the protocol has none."""

    protocol: int
    source: IPv4Address
    destination: IPv4Address
    port: int
    answers_from: IPv4Address
    answers_to: IPv4Address
    handle: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Translations(Item):
    """Inward by ``ways`` alone; outward as ``outside`` (None: nobody) or by the ways of all protocols.

    All others end when this changes. ``directory`` is where its record is kept, below our own directories: what
    connections were last held against. ``needs`` are the rules that begin new ones: they are changed before.
    """

    netns: str
    directory: str
    outside: IPv4Address | None
    ways: tuple[Way, ...] = ()
    needs: tuple[Key, ...] = field(default=(), compare=False)

    @property
    def key(self) -> Key:
        """("translations", netns)."""
        return ("translations", self.netns)

    def requires(self) -> frozenset[Key]:
        """Its namespace, and the rules."""
        return inside(self.netns) | set(self.needs)

    def claims(self) -> frozenset[Hashable]:
        """The place of its record."""
        return frozenset({("translations", self.directory)})

    def differs(self, new: Translations) -> bool:
        """Whether there may be connections that ``new`` does not allow, though this one did."""
        return self.outside not in (None, new.outside) or set(self.ways) != set(new.ways)

    def allows(self, connection: Connection) -> bool:
        """Whether a connection is translated by a way that there is, or is as it came and there is no way for it: one
        that began before its way would never be led there, as long as its packets come.

        Link-local services (RFC 3927) are not reached from outside, and none of our ways.
        """
        return self._inward(connection) and self._outward(connection)

    def _inward(self, connection: Connection) -> bool:
        outer, inner = connection.destination, connection.answers_from
        led = [
            way.inner
            for way in self.ways
            if way.outer == outer
            and way.protocol in (0, connection.protocol)
            and way.first <= connection.port <= way.last
        ]
        return inner in led or outer.is_link_local or (outer == inner and not led)

    def _outward(self, connection: Connection) -> bool:
        inner, outer = connection.source, connection.answers_to
        whole = ((way.outer, way.inner) for way in self.ways if not way.protocol)
        return outer in (inner, self.outside) or (outer, inner) in whole
