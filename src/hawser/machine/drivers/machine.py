"""A real Linux machine: all drivers in their order, one picture, one hand."""

from __future__ import annotations

import errno
import resource
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from hawser.base.addresses import Address
from hawser.base.errors import MachineError
from hawser.machine.apply import Outcome, apply
from hawser.machine.driver import Driver, OwnedOnly
from hawser.machine.drivers import conntrackd, rtnetlink, vrrp
from hawser.machine.drivers.addresses import AddressDriver
from hawser.machine.drivers.announce import Announcement, announce
from hawser.machine.drivers.fdb import FdbDriver
from hawser.machine.drivers.files import FileDriver
from hawser.machine.drivers.kernel import Kernel
from hawser.machine.drivers.link_codec import MODULES
from hawser.machine.drivers.links import LinkDriver
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.drivers.neighbours import NeighbourDriver
from hawser.machine.drivers.netfilter import NetfilterDriver
from hawser.machine.drivers.netns import NetnsDriver
from hawser.machine.drivers.processes import ProcessDriver
from hawser.machine.drivers.routes import RouteDriver
from hawser.machine.drivers.sysctls import SysctlDriver
from hawser.machine.drivers.translations import TranslationsDriver
from hawser.machine.items.item import ROOT, Item, Key
from hawser.machine.items.netns import Netns
from hawser.machine.ownership import Ownership
from hawser.machine.plan import Plan, Verb


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What planners ask of a machine and do not make: its own links and addresses.

    ``bridged`` are those links that are on a bridge, ``live`` those that have a carrier. ``device_of`` maps an
    address of the machine's own namespace to the link that holds it. ``missing`` are the kernel modules that
    this machine cannot load, of those that links need.
    """

    links: frozenset[str]
    bridged: frozenset[str]
    live: frozenset[str]
    device_of: Mapping[Address, str]
    missing: frozenset[str]


class Hands(Protocol):
    """A machine, real or in memory: read what is ours on it, carry out a plan, tell facts."""

    def read(self, wanted: Mapping[Key, Item]) -> dict[Key, Item]: ...
    def apply(self, plan: Plan) -> Outcome: ...
    def facts(self) -> MachineFacts: ...
    def drifted(self) -> bool: ...
    def held(self, namespaces: Iterable[str]) -> Mapping[str, frozenset[Address]]: ...
    def pids(self) -> Mapping[Key, int]: ...
    def kill(self, key: Key) -> None: ...
    def announce(self, announcements: Iterable[Announcement]) -> None: ...
    def speak(
        self, netns: str, heartbeat: vrrp.Heartbeat, own: Address, peers: Iterable[Address]
    ) -> None: ...
    def tell(self, control: str, commands: Iterable[conntrackd.Command]) -> bool: ...
    def close(self) -> None: ...


def read_with(drivers: Iterable[Driver], wanted: Mapping[Key, Item]) -> dict[Key, Item]:
    """What stands and is ours, by key; each driver is given the wanted items of its kinds."""
    found: dict[Key, Item] = {}
    for driver in drivers:
        wishes = [item for item in wanted.values() if isinstance(item, driver.kinds)]
        found.update((item.key, item) for item in driver.read(wishes))
    return found


class Machine:
    """This machine, as seen from the network namespace that it was made in. Not for two threads at once.

    ``directories`` are our own directories, absolute: files and records of processes are kept below them.
    """

    def __init__(self, directories: Sequence[PurePosixPath]) -> None:
        _allow_many_handles()
        self._namespaces = Namespaces()
        self._kernel = Kernel(self._namespaces)
        self._processes = ProcessDriver(self._kernel, directories)
        self._netfilter = NetfilterDriver(self._kernel)
        self._missing: frozenset[str] | None = None
        ownership = Ownership(tuple(directories))
        rows: tuple[Driver, ...] = (
            NetnsDriver(self._kernel),
            LinkDriver(self._kernel),
            SysctlDriver(self._kernel),
            AddressDriver(self._kernel),
            RouteDriver(self._kernel),
            FdbDriver(self._kernel),
            NeighbourDriver(self._kernel),
            self._netfilter,
            TranslationsDriver(self._kernel, directories),
            FileDriver(directories),
            self._processes,
        )
        self._drivers = tuple(OwnedOnly(driver, ownership) for driver in rows)

    def read(self, wanted: Mapping[Key, Item]) -> dict[Key, Item]:
        """What stands and is ours. Raises MachineError where the machine cannot be read at all."""
        self._kernel.forget()
        self._missing = self._missing or None  # a module may have been installed since
        return read_with(self._drivers, wanted)

    def apply(self, plan: Plan) -> Outcome:
        """Carry out a plan. Within a wave namespaces come first, then links, settings, addresses, routes, ..."""
        outcome = apply(plan, self._drivers)
        gone = (op.item.name for op in outcome.done if op.verb is Verb.DELETE and isinstance(op.item, Netns))
        self._netfilter.let_go(gone)
        return outcome

    def drifted(self) -> bool:
        """Whether somebody else changed rules of ours, or took a namespace's name away, since the last read: a
        glance of some ten microseconds a namespace. All else is seen at the next read."""
        return self._netfilter.drifted()

    def facts(self) -> MachineFacts:
        """The machine's own links and addresses, and what its kernel lacks."""
        self._kernel.forget()
        names = self._kernel.names(ROOT)
        rows = rtnetlink.addresses(self._kernel.socket(ROOT))
        device_of = {row.interface.ip: names[row.index] for row in rows if row.index in names}
        if self._missing is None:
            self._missing = self._probe()
        links = self._kernel.links(ROOT)
        return MachineFacts(
            links=frozenset(names.values()),
            bridged=frozenset(link.name for link in links if link.master),
            live=frozenset(link.name for link in links if link.carrier),
            device_of=device_of,
            missing=self._missing,
        )

    def held(self, namespaces: Iterable[str]) -> Mapping[str, frozenset[Address]]:
        """The addresses in each of these namespaces, whoever put them there; none where there is no namespace."""
        return {name: self._held(name) for name in namespaces}

    def _held(self, netns: str) -> frozenset[Address]:
        try:
            rows = rtnetlink.addresses(self._kernel.socket(netns))
        except MachineError:
            return frozenset()
        return frozenset(row.interface.ip for row in rows)

    def pids(self) -> Mapping[Key, int]:
        """The main process of each daemon of ours that lives, by its item's key."""
        return self._processes.pids()

    def kill(self, key: Key) -> None:
        """End a daemon of ours that does not listen, and all that it started."""
        self._processes.kill(key)

    def announce(self, announcements: Iterable[Announcement]) -> None:
        """Tell neighbours of addresses that stand. Beside all other deeds, in any thread."""
        announce(self._namespaces, announcements)

    def speak(self, netns: str, heartbeat: vrrp.Heartbeat, own: Address, peers: Iterable[Address]) -> None:
        """Send a heartbeat to a router's peers, in a tenth of a millisecond. Beside all other deeds, in any thread."""
        vrrp.send(self._namespaces, netns, heartbeat, own, peers)

    def tell(self, control: str, commands: Iterable[conntrackd.Command]) -> bool:
        """Have a conntrackd do these, by its socket; whether it did. Beside all other deeds, in any thread."""
        return conntrackd.tell(control, commands)

    def close(self) -> None:
        """Let go of every namespace."""
        self._kernel.close()
        self._namespaces.close()

    def _probe(self) -> frozenset[str]:
        """Ask for a VXLAN and a VLAN interface without an id: either kind is unknown, or the id is missed."""
        kinds = ("vxlan", "vlan")
        requests = [rtnetlink.create_link(f"probe-{kind}", rtnetlink.link_info(kind)) for kind in kinds]
        answers = zip(kinds, self._kernel.request(ROOT, requests), strict=True)
        return frozenset(MODULES[kind] for kind, no in answers if no and no.errno == errno.EOPNOTSUPP)


def _allow_many_handles() -> None:
    """A socket is kept open for each namespace: use as many handles as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
