"""How addresses, routes and flood entries are set: each belongs to an interface, and one message makes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hawser.base.errors import MachineError
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.netlink import Refusal, Request
from hawser.machine.items.address import Address
from hawser.machine.items.fdb import Flood
from hawser.machine.items.item import ROOT
from hawser.machine.items.route import Route
from hawser.machine.plan import Op, Verb


def apply_inside(
    kernel: Kernel, ops: Sequence[Op], request: Callable[[Op, int], Request], gone: frozenset[int]
) -> list[MachineError | None]:
    """Send the ``request`` of each op and its interface's index, one batch a namespace.

    A deletion that fails with an errno in ``gone``, or whose interface is no more, is done.
    """
    kernel.forget()
    answers: list[MachineError | None] = [None] * len(ops)
    groups: dict[str, list[int]] = {}
    for place, op in enumerate(ops):
        groups.setdefault(_place(op)[0], []).append(place)
    for netns, places in groups.items():
        indices = kernel.indices(netns)
        known = [place for place in places if _place(ops[place])[1] in indices]
        requests = [request(ops[place], indices[_place(ops[place])[1]]) for place in known]
        refusal_of = dict(zip(known, kernel.request(netns, requests), strict=True))
        for place in places:
            answers[place] = _answer(ops[place], place in refusal_of, refusal_of.get(place), gone)
    return answers


def _answer(op: Op, sent: bool, refusal: Refusal | None, gone: frozenset[int]) -> MachineError | None:
    deleting = op.verb is Verb.DELETE
    if not sent:
        netns, link = _place(op)
        where = f" in {netns}" if netns else ""
        return None if deleting else refused(op, f"there is no interface {link}{where}")
    if refusal is None or (deleting and refusal.errno in gone):
        return None
    return refused(op, refusal)


def _place(op: Op) -> tuple[str, str]:
    """The namespace and the interface that the item belongs to."""
    match op.item:
        case Address(netns=netns, link=link) | Route(netns=netns, link=link):
            return netns, link
        case Flood(link=link):
            return ROOT, link
        case _:
            raise TypeError(f"{op.item} does not belong to an interface")
