"""How addresses, routes, forwarding and neighbour entries are set: each belongs to an interface that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hawser.base.errors import MachineError
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.netlink import Refusal, Request
from hawser.machine.items.address import Address
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.item import ROOT
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.items.route import Route
from hawser.machine.plan import Op, Verb


def apply_inside(
    kernel: Kernel, ops: Sequence[Op], requests: Callable[[Op, int], Sequence[Request]], gone: frozenset[int]
) -> list[MachineError | None]:
    """Send the ``requests`` of each op and its interface's index, one batch a namespace.

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
        batch = [
            (place, each) for place in known for each in requests(ops[place], indices[_place(ops[place])[1]])
        ]
        refusals = kernel.request(netns, [each for _, each in batch])
        for (place, _), refusal in zip(batch, refusals, strict=True):
            answers[place] = answers[place] or _answer(ops[place], refusal, gone)
        for place in set(places) - set(known):
            answers[place] = _without_link(ops[place])
    return answers


def _answer(op: Op, refusal: Refusal | None, gone: frozenset[int]) -> MachineError | None:
    if refusal is None or (op.verb is Verb.DELETE and refusal.errno in gone):
        return None
    return refused(op, refusal)


def _without_link(op: Op) -> MachineError | None:
    netns, link = _place(op)
    where = f" in {netns}" if netns else ""
    return None if op.verb is Verb.DELETE else refused(op, f"there is no interface {link}{where}")


def _place(op: Op) -> tuple[str, str]:
    """The namespace and the interface that the item belongs to."""
    match op.item:
        case Address(netns=netns, link=link) | Route(netns=netns, link=link):
            return netns, link
        case Flood(link=link) | Place(link=link) | Neighbour(link=link):
            return ROOT, link
        case _:
            raise TypeError(f"{op.item} does not belong to an interface")
