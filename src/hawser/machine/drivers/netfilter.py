"""The driver of iptables chains, in namespaces of ours.

One run of iptables-restore for each namespace and family of a batch (`runs`). A table changes in one commit. If a
batch is refused, its chains are tried one by one, so that one bad rule holds back its own chain only. iptables-save
runs only where the kernel says that rules have changed since.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Finish
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.netlink import NETFILTER, Socket, attributes
from hawser.machine.drivers.rules_seen import Place, RulesState, SeenRules
from hawser.machine.drivers.rules_text import chains, restore_text
from hawser.machine.drivers.runs import Job, Runs
from hawser.machine.items.chain import Chain
from hawser.machine.items.item import Item
from hawser.machine.plan import Op, Verb

_PROGRAM = {4: "iptables", 6: "ip6tables"}
_FAMILY = {2: 4, 10: 6}
_GET_TABLES, _GET_GENERATION = 10 << 8 | 1, 10 << 8 | 16
_TO_ALL = struct.pack("=BBH", 0, 0, 0)
_SEEN = Path("/run/hawser/rules.json")


class NetfilterDriver:
    """Reads with iptables-save, writes with iptables-restore."""

    kinds = (Chain,)

    def __init__(self, kernel: Kernel, seen: Path = _SEEN) -> None:
        """``seen`` is where it keeps what it has read."""
        self._kernel = kernel
        self._seen = SeenRules(seen)
        self._states: dict[str, RulesState | None] = {}

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The chains of our namespaces.

        A namespace and family is looked into if a chain of it is wanted, or the kernel has tables there. (With
        the legacy iptables only the first is known.)
        """
        wishes: dict[Place, dict[tuple[str, str], Chain]] = {}
        for item in wanted:
            assert isinstance(item, Chain)
            wishes.setdefault((item.netns, item.family), {})[item.table, item.name] = item
        owned = self._kernel.owned()
        states = {netns: self._state(netns) for netns in {*owned, *(netns for netns, _ in wishes)}}
        self._states = {netns: states[netns] for netns, _ in wishes}  # not those of another agent here
        places = {
            *wishes,
            *((netns, family) for netns, state in states.items() if state for family in state.families),
        }
        for (netns, family), saved in self._texts(sorted(places), states).items():
            yield from chains(netns, family, saved, wishes.get((netns, family), {}))

    def _texts(self, places: Iterable[Place], states: Mapping[str, RulesState | None]) -> Mapping[Place, str]:
        """What iptables-save prints in each place whose namespace is there."""
        there = [place for place in places if self._kernel.namespaces.identity(place[0])]
        known = {place: self._seen.text(place, states[place[0]]) for place in there}
        jobs = {place: Job((f"{_PROGRAM[place[1]]}-save",)) for place in there if known[place] is None}
        asked = dict(Runs(self._kernel.namespaces, jobs).results())
        for (netns, family), (_, error) in asked.items():
            if error:
                raise MachineError(f"Cannot read the IPv{family} rules of {netns}: {error}")
        texts = {place: text if (text := known[place]) is not None else asked[place][0] for place in there}
        self._seen.keep(texts, states)
        return texts

    def _state(self, netns: str) -> RulesState | None:
        """Two questions of microseconds; None where the kernel cannot answer them."""
        try:
            with self._kernel.namespaces.entered(netns):
                ear = Socket(NETFILTER)
        except (MachineError, OSError):
            return None
        try:
            generation = attributes(ear.ask(_GET_GENERATION, _TO_ALL), 4)[1]
            tables = ear.dump(_GET_TABLES, _TO_ALL)
            cookie = ear.cookie()
        except (MachineError, OSError, KeyError, ValueError):
            return None
        finally:
            ear.close()
        families = frozenset(_FAMILY[body[0]] for _, body in tables if body[0] in _FAMILY)
        return RulesState(cookie, int.from_bytes(generation, "big"), families)

    def drifted(self) -> bool:
        """Whether somebody else changed rules where we have some, or took the namespace away, since the last read."""
        return any(self._state(netns) != state for netns, state in self._states.items())

    def let_go(self, namespaces: Iterable[str]) -> None:
        """These are gone by our own hands."""
        for netns in namespaces:
            self._states.pop(netns, None)

    def begin(self, ops: Sequence[Op]) -> Finish:
        """One run for each namespace and family."""
        groups: dict[Place, list[int]] = {}
        for index, op in enumerate(ops):
            groups.setdefault((_chain(op).netns, _chain(op).family), []).append(index)
        runs = self._restore({place: [ops[index] for index in found] for place, found in groups.items()})
        return lambda: self._finish(ops, groups, runs)

    def _finish(self, ops: Sequence[Op], groups: Mapping[Place, Sequence[int]], runs: Runs) -> Answers:
        answers: Answers = [None] * len(ops)
        for place, (_, error) in runs.results():
            for index in groups[place] if error else ():
                answers[index] = self._alone(place, ops[index])
        self._states |= {netns: self._state(netns) for netns, _ in groups}
        return answers

    def _alone(self, place: Place, op: Op) -> MachineError | None:
        netns, _ = place
        if not self._kernel.namespaces.identity(netns):
            return None if op.verb is Verb.DELETE else refused(op, f"there is no network namespace {netns}")
        ((_, (_, error)),) = self._restore({place: [op]}).results()
        return refused(op, error) if error else None

    def _restore(self, groups: Mapping[Place, Sequence[Op]]) -> Runs:
        jobs = {
            place: Job(
                (f"{_PROGRAM[place[1]]}-restore", "--noflush"),
                restore_text((_chain(op), op.verb is not Verb.DELETE) for op in ops),
            )
            for place, ops in groups.items()
        }
        return Runs(self._kernel.namespaces, jobs)


def _chain(op: Op) -> Chain:
    assert isinstance(op.item, Chain)
    return op.item
