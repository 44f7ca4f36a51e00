"""The driver of links and memberships of bridges. Links have their first end in the root namespace."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers import link_codec, rtnetlink
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.link_codec import LinkItem, Messages
from hawser.machine.drivers.namespaces import DIRECTORY
from hawser.machine.drivers.netlink import Refusal, Request
from hawser.machine.drivers.rtnetlink import Link
from hawser.machine.items.item import ROOT, Item
from hawser.machine.items.link import Bridge, Member, Veth, Vlan, Vxlan
from hawser.machine.ownership import owns_alias
from hawser.machine.plan import Op, Verb

_NO_ROOT = -1
_BRIDGES_AT_ONCE = 3
"""Bridges that are removed under one lock of the kernel's. For each it waits some 15 ms, and who takes over a router
waits with it; for all of them together it waits as long once more, without the lock."""


class LinkDriver(Prompt):
    """All messages to the root namespace go in one batch, then one batch to each other namespace."""

    kinds = (Bridge, Veth, Vxlan, Vlan, Member)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """Links with our alias, and memberships where the link or the bridge has it, or that are wanted: an instance's
        tap and the operator's bridge are nobody's of ours."""
        root = self._kernel.links(ROOT)
        by_index = {link.index: link for link in root}
        names = {link.index: link.name for link in root}
        ends = self._ends()
        wishes = {(item.link, item.bridge) for item in wanted if isinstance(item, Member)}
        sized = {item.link for item in wanted if isinstance(item, Member) and item.mtu is not None}
        for link in root:
            master = by_index.get(link.master)
            if owns_alias(link.alias):
                yield link_codec.link_item(link, names, ends)
            if master and link.up and ((link.name, master.name) in wishes or _is_ours(link, master)):
                mtu = link.mtu if link.name in sized else None
                yield Member(link.name, master.name, mtu, rtnetlink.answers(link))

    def _ends(self) -> Mapping[tuple[int, int], tuple[str, Link]]:
        places = [ROOT, *self._kernel.owned()]
        return {
            (link.index, link.lower): (netns, link)
            for netns in places
            for link in self._kernel.links(netns)
            if link.kind == "veth"
        }

    def apply(self, ops: Sequence[Op]) -> Answers:
        """All ops at once; a link to be made that stands already as it shall be is done."""
        self._kernel.forget()
        with ExitStack() as handles:
            answers = self._send(ops, [self._messages(op, handles) for op in ops])
        self._kernel.forget()
        return answers

    def _messages(self, op: Op, handles: ExitStack) -> Messages | MachineError:
        """What to send for an op; nothing for what is done already."""
        item = op.item
        assert isinstance(item, LinkItem | Member)
        if op.verb is Verb.DELETE:
            return self._removal(op, item)
        try:
            if isinstance(item, Member):
                return link_codec.membership(item, self._kernel.indices(ROOT), _joins(op))
            if op.verb is Verb.CHANGE:
                return link_codec.change(item)
            handle = (
                _handle(item.netns, handles) if isinstance(item, Veth) and item.netns != ROOT else _NO_ROOT
            )
            return link_codec.creation(item, self._kernel.indices(ROOT), handle)
        except KeyError as missing:
            return refused(op, f"there is no interface {missing.args[0]}")
        except FileNotFoundError:
            return refused(op, "the namespace of its other end is not there")

    def _removal(self, op: Op, item: LinkItem | Member) -> Messages | MachineError:
        links = {link.name: link for link in self._kernel.links(ROOT)}
        link = links.get(item.link if isinstance(item, Member) else item.name)
        if link is None:
            return Messages(())
        if isinstance(item, Member):
            bridge = links.get(item.bridge)
            return link_codec.release(item) if bridge and link.master == bridge.index else Messages(())
        if not owns_alias(link.alias):
            return refused(op, "the interface has not our alias, so it is not ours. Remove it by hand")
        doom = (rtnetlink.doom_link(item.name),)
        return Messages((), last=doom) if isinstance(item, Bridge) else Messages(doom)

    def _send(
        self, ops: Sequence[Op], messages: Sequence[Messages | MachineError]
    ) -> list[MachineError | None]:
        answers = [found if isinstance(found, MachineError) else None for found in messages]
        sent = [(place, found) for place, found in enumerate(messages) if isinstance(found, Messages)]
        here = [(place, request) for place, found in sent for request in found.here]
        self._batch(ROOT, here, ops, answers)
        doomed = [place for place, _ in here if _is_removal(ops[place])]
        bridges = [(place, request) for place, found in sent for request in found.last]
        for start in range(0, len(bridges) or 1, _BRIDGES_AT_ONCE):
            some = bridges[start : start + _BRIDGES_AT_ONCE]
            self._batch(ROOT, some, ops, answers)
            self._delete_doomed([*doomed, *(place for place, _ in some)], ops, answers)
            doomed = []
        there: dict[str, list[tuple[int, Request]]] = {}
        for place, found in sent:
            item = ops[place].item
            if found.there and answers[place] is None and isinstance(item, Veth):
                there.setdefault(item.netns, []).extend((place, request) for request in found.there)
        for netns, requests in there.items():
            self._batch(netns, requests, ops, answers)
        return [self._judged(op, answer) for op, answer in zip(ops, answers, strict=True)]

    def _delete_doomed(
        self, doomed: Sequence[int], ops: Sequence[Op], answers: list[MachineError | None]
    ) -> None:
        refusals = self._kernel.request(ROOT, [rtnetlink.delete_doomed()] if doomed else [])
        for refusal in refusals:
            if refusal and refusal.errno != errno.ENODEV:
                for place in doomed:
                    answers[place] = answers[place] or _Refused(ops[place], refusal)

    def _batch(
        self,
        netns: str,
        requests: Sequence[tuple[int, Request]],
        ops: Sequence[Op],
        answers: list[MachineError | None],
    ) -> None:
        """Send, and note the first refusal of each op."""
        refusals = self._kernel.request(netns, [request for _, request in requests])
        for (place, _), refusal in zip(requests, refusals, strict=True):
            gone = ops[place].verb is Verb.DELETE and refusal and refusal.errno == errno.ENODEV
            if refusal and not gone and answers[place] is None:
                answers[place] = _Refused(ops[place], refusal)

    def _judged(self, op: Op, answer: MachineError | None) -> MachineError | None:
        if isinstance(answer, _Refused) and op.verb is Verb.CREATE and answer.refusal.errno == errno.EEXIST:
            self._kernel.forget()
            return None if op.item in set(self._standing()) else answer
        return answer

    def _standing(self) -> Iterator[Item]:
        yield from self.read(())


class _Refused(MachineError):
    """The kernel's refusal of an op on a link."""

    def __init__(self, op: Op, refusal: Refusal) -> None:
        super().__init__(refused(op, _words(op.item, refusal)).message, "MachineError")
        self.refusal = refusal


def _words(item: Item, refusal: Refusal) -> str:
    kind = type(item).__name__.lower()
    if refusal.errno == errno.EOPNOTSUPP and kind in link_codec.MODULES:
        module = link_codec.MODULES[kind]
        return f"this kernel has no {kind} interfaces. Load the module {module} (modprobe {module})"
    if refusal.errno == errno.EINVAL and isinstance(item, Vxlan):
        wide = f"{item.device} carries no packets of {item.mtu} octets and the tunnel's own"
        return f"{refusal}; perhaps {wide}. Lower the network's MTU, or set path_mtu on the servers"
    return str(refusal)


def _joins(op: Op) -> bool:
    was, now = op.was, op.item
    return not (isinstance(was, Member) and isinstance(now, Member) and was.bridge == now.bridge)


def _is_removal(op: Op) -> bool:
    """Whether an interface goes, and not only its membership."""
    return op.verb is Verb.DELETE and not isinstance(op.item, Member)


def _is_ours(link: Link, master: Link) -> bool:
    return owns_alias(link.alias) or owns_alias(master.alias)


def _handle(netns: str, handles: ExitStack) -> int:
    """An open handle of a namespace until the batch is sent."""
    handle = os.open(DIRECTORY / netns, os.O_RDONLY | os.O_CLOEXEC)
    handles.callback(os.close, handle)
    return handle
