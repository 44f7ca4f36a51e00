"""The twin: a machine in memory that carries out ops by the kernel's rules, and prints itself as text.

A thing needs what it stands on; a name is given once; a namespace takes its inhabitants with it, an interface
its addresses. What real drivers forgive, this forgives. Faults can be ordered for a key.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePosixPath

from hawser.base.errors import MachineError
from hawser.machine.apply import Outcome, apply
from hawser.machine.driver import Answers, OwnedOnly, Prompt
from hawser.machine.drivers.announce import Announcement
from hawser.machine.drivers.conntrackd import Command
from hawser.machine.drivers.kernel import refused
from hawser.machine.drivers.machine import MachineFacts, read_with
from hawser.machine.drivers.vrrp import Heartbeat
from hawser.machine.items.address import Address
from hawser.machine.items.chain import Chain
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.file import File
from hawser.machine.items.item import ROOT, Item, Key, link_key
from hawser.machine.items.link import Bridge, Member, Veth, Vlan, Vxlan
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.items.netns import Netns
from hawser.machine.items.process import Process
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl
from hawser.machine.items.translations import Translations
from hawser.machine.ownership import Ownership
from hawser.machine.plan import Op, Plan, Verb

_REPLACED = (
    *(Netns, Sysctl, Address, Route, Flood, Place, Neighbour, Chain),
    *(Translations, File, Process, Member),
)
"""What a second creation replaces, or leaves as it is. A second link of one name is refused."""


class MemoryDriver(Prompt):
    """All kinds at once. ``links`` are the foreign interfaces of the machine's own namespace."""

    kinds = (
        *(Netns, Bridge, Veth, Vxlan, Vlan, Member, Sysctl, Address, Route),
        *(Flood, Place, Neighbour, Chain, Translations, File, Process),
    )

    def __init__(self, links: Iterable[str]) -> None:
        self.foreign = frozenset(link_key(ROOT, name) for name in links)
        self.standing: dict[Key, Item] = {}
        self.faults: dict[Key, str] = {}

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """What stands; of settings only the wanted ones."""
        wishes = {item.key for item in wanted}
        return [item for item in self.standing.values() if not isinstance(item, Sysctl) or item.key in wishes]

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One after the other."""
        return [self._one(op) for op in ops]

    def _one(self, op: Op) -> MachineError | None:
        if wrong := self.faults.get(op.item.key) or self._wrong(op):
            return refused(op, wrong)
        if op.verb is Verb.DELETE:
            self.remove(op.item.key)
        else:
            self.standing[op.item.key] = op.item
        return None

    def _wrong(self, op: Op) -> str:
        """What the kernel would say, "" for yes."""
        item, provided = op.item, self._provided()
        if op.verb is Verb.DELETE:
            return ""
        if missing := sorted(key for key in item.requires() if key not in provided):
            return f"there is no {' '.join(part for part in missing[0] if part)}"
        if op.verb is Verb.CHANGE and item.key not in self.standing:
            return "it is not there"
        if op.verb is Verb.CREATE and self._in_the_way(item, provided):
            return "File exists"
        if any(item.claims() & other.claims() for key, other in self.standing.items() if key != item.key):
            return "another holds what it claims"
        return ""

    def _in_the_way(self, item: Item, provided: frozenset[Key]) -> bool:
        same = isinstance(item, _REPLACED) or self.standing.get(item.key) == item
        return not same and bool(item.provides() & provided)

    def _provided(self) -> frozenset[Key]:
        return self.foreign.union(*(item.provides() for item in self.standing.values()))

    def remove(self, key: Key) -> None:
        """The item goes, and what falls with it."""
        item = self.standing.pop(key, None)
        for gone in item.provides() if item else ():
            for other in list(self.standing.values()):
                inhabits = isinstance(other, Veth) and gone == ("netns", other.netns)
                if gone in other.falls_with() or inhabits:
                    self.remove(other.key)


class MemoryMachine:
    """A machine in memory, with the face of the real one (`drivers.machine.Hands`).

    ``links`` and ``device_of`` are facts of the machine: foreign links, and which of them holds an address.
    """

    def __init__(
        self,
        directories: Sequence[PurePosixPath] = (),
        links: Iterable[str] = (),
        device_of: Mapping[IPv4Address | IPv6Address, str] | None = None,
        missing: frozenset[str] = frozenset(),
    ) -> None:
        self._driver = MemoryDriver(links)
        self._drivers = (OwnedOnly(self._driver, Ownership(tuple(directories))),)
        self._device_of = dict(device_of or {})
        self._missing = missing
        self._drifted = False
        self.working = False
        """Whether a plan is being carried out: only one thread may look at it then."""
        self.announced: list[Announcement] = []
        self.told: list[tuple[str, tuple[Command, ...]]] = []
        self.deaf: set[str] = set()
        self.spoken: list[tuple[str, Heartbeat, tuple[IPv4Address | IPv6Address, ...]]] = []

    def read(self, wanted: Mapping[Key, Item]) -> dict[Key, Item]:
        """What stands."""
        self._drifted = False
        return read_with(self._drivers, wanted)

    def apply(self, plan: Plan) -> Outcome:
        """Carry out a plan."""
        self.working = True
        try:
            return apply(plan, self._drivers)
        finally:
            self.working = False

    def facts(self) -> MachineFacts:
        """As given; and the links that stand in the machine's own namespace, each with a carrier."""
        standing = self._driver.foreign.union(*(item.provides() for item in self._driver.standing.values()))
        names = frozenset(key[2] for key in standing if key[:2] == ("link", ROOT))
        bridged = frozenset(key[2] for key in self._driver.standing if key[0] == "member")
        return MachineFacts(names, bridged, names, self._device_of, self._missing)

    def drifted(self) -> bool:
        """Whether a namespace or rules went by `lose` since the last read."""
        return self._drifted

    def held(self, namespaces: Iterable[str]) -> Mapping[str, frozenset[IPv4Address | IPv6Address]]:
        """The addresses that stand in each of these namespaces."""
        standing = [item for item in self._driver.standing.values() if isinstance(item, Address)]
        return {
            name: frozenset(item.interface.ip for item in standing if item.netns == name)
            for name in namespaces
        }

    def pids(self) -> Mapping[Key, int]:
        """No process lives here: each that stands is as alive as who asks."""
        return {key: os.getpid() for key in self._driver.standing if key[0] == "process"}

    def kill(self, key: Key) -> None:
        """The daemon is gone."""
        self._driver.remove(key)

    def announce(self, announcements: Iterable[Announcement]) -> None:
        """It is noted."""
        self.announced += announcements

    def speak(
        self,
        netns: str,
        heartbeat: Heartbeat,
        own: IPv4Address | IPv6Address,
        peers: Iterable[IPv4Address | IPv6Address],
    ) -> None:
        """It is noted, with who hears it."""
        self.spoken.append((netns, heartbeat, tuple(peers)))

    def tell(self, control: str, commands: Iterable[Command]) -> bool:
        """It is noted, but of those that are ``deaf``."""
        if control not in self.deaf:
            self.told.append((control, tuple(commands)))
        return control not in self.deaf

    def close(self) -> None:
        """Nothing to let go."""

    def fail(self, key: Key, words: str = "ordered to fail") -> None:
        """From now on every op on this key fails."""
        self._driver.faults[key] = words

    def heal(self) -> None:
        """No op fails any more by order."""
        self._driver.faults.clear()

    def lose(self, key: Key) -> None:
        """A thing goes without a plan: an operator removed it, a daemon died."""
        self._drifted = self._drifted or key[0] in ("netns", "chain")
        self._driver.remove(key)

    def add_link(self, name: str) -> None:
        """A foreign link appears in the machine's own namespace."""
        self._driver.foreign |= {link_key(ROOT, name)}

    def __str__(self) -> str:
        """One line an item, by key."""
        return "\n".join(str(self._driver.standing[key]) for key in sorted(self._driver.standing))
