"""From one picture of a machine to another: the steps, in an order that holds at every moment.

Law: after every step each item that stands has what it requires, and no two hold the same claim. What is wanted
and stands already is not touched. New things are made before old ones are broken wherever claims allow it.
The same law holds for the rest of a plan that was cut off in the middle: plan again from what is there.

Order is derived from what items say (`Item`), never written by hand. Pure.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from hawser.machine.items.item import Item, Key
from hawser.machine.items.sysctl import Sysctl

State = Mapping[Key, Item]


class Verb(StrEnum):
    """What is done to an item."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Op:
    """``item`` is what shall stand, for a deletion what stood. ``was`` is what stands before, if anything.

    ``reason`` says why, for the log: whose wish it is, and what differs.
    """

    verb: Verb
    item: Item
    was: Item | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """``after`` are the indices of the steps that must have succeeded before this one starts."""

    op: Op
    after: frozenset[int]


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in a valid order; each refers to earlier ones only."""

    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps)

    def __str__(self) -> str:
        """One line a step, for a dry run."""
        return "\n".join(f"{step.op.verb} {step.op.item} ({step.op.reason})" for step in self.steps)


_MAKE, _BREAK = 0, 1
_Node = tuple[int, Key]
_Graph = dict[_Node, set[_Node]]
"""A node of the order is (make or break, key); the graph maps it to the nodes that come before it."""


def plan(desired: State, actual: State, reasons: Mapping[Key, str] | None = None) -> Plan:
    """The steps from ``actual`` to ``desired``; ``reasons`` say whose wish an item is.

    ``desired`` must be possible: requirements without a cycle, no claim held twice.
    """
    if _same(desired, actual):
        return Plan()
    rebuilt: set[Key] = set()
    providers: Mapping[Key, Key] = {}
    while True:
        doomed = {key for key, was in actual.items() if key in rebuilt or not _stays(was, desired.get(key))}
        providers = providers or (_providers(actual) if doomed else {})
        doomed |= _undermined(desired, actual, providers, doomed)
        ops = _ops(desired, actual, doomed, reasons or {})
        graph = _order(ops, doomed, actual, providers)
        try:
            order = tuple(TopologicalSorter(graph).static_order())
        except CycleError as knot:
            rebuilt.add(_loosened(knot.args[1], ops))
            continue
        _elide(graph, order, actual, providers)
        return Plan(tuple(_walk(graph, ops)))


def _same(desired: State, actual: State) -> bool:
    return all(actual.get(key) == item for key, item in desired.items()) and not any(
        key not in desired and _removable(was) for key, was in actual.items()
    )


def _removable(item: Item) -> bool:
    """A kernel setting has no absence: nobody's wish leaves it as it is."""
    return not isinstance(item, Sysctl)


def _providers(state: State) -> dict[Key, Key]:
    return {provided: key for key, item in state.items() for provided in item.provides()}


def _undermined(
    desired: State, actual: State, providers: Mapping[Key, Key], doomed: Collection[Key]
) -> set[Key]:
    """What cannot stay though it is wanted: it stands on what is doomed, or on another such."""
    if not doomed:
        return set()
    standing: dict[Key, list[Key]] = {}
    for key, was in actual.items():
        if key in desired and key not in doomed:
            for required in was.requires() & desired[key].requires():
                if required in providers:
                    standing.setdefault(providers[required], []).append(key)
    undermined: set[Key] = set()
    fallen = list(doomed)
    while fallen:
        news = [key for key in standing.get(fallen.pop(), ()) if key not in undermined]
        undermined.update(news)
        fallen += news
    return undermined


def _stays(was: Item, new: Item | None) -> bool:
    return new is not None and (was == new or was.can_become(new))


def _ops(desired: State, actual: State, doomed: set[Key], reasons: Mapping[Key, str]) -> dict[_Node, Op]:
    ops: dict[_Node, Op] = {}
    for key, new in desired.items():
        was = actual.get(key)
        if was is None or key in doomed:
            why = "missing" if was is None else "rebuilt"
            ops[_MAKE, key] = Op(Verb.CREATE, new, None, _reason(reasons.get(key), why))
        elif was != new:
            ops[_MAKE, key] = Op(Verb.CHANGE, new, was, _reason(reasons.get(key), "differs"))
    for key in doomed:
        if _removable(actual[key]):
            why = "rebuilt" if key in desired else "not wanted"
            ops[_BREAK, key] = Op(Verb.DELETE, actual[key], actual[key], _reason(reasons.get(key), why))
    return ops


def _reason(wish: str | None, why: str) -> str:
    return f"{wish}: {why}" if wish else why


def _order(ops: Mapping[_Node, Op], doomed: set[Key], actual: State, providers: Mapping[Key, Key]) -> _Graph:
    """Which comes after which: what nothing is done to is in nobody's way."""
    graph: _Graph = {node: set() for node in ops}
    touched = {key: actual[key] for _, key in ops if key in actual}
    future = _providers({key: op.item for (side, key), op in ops.items() if side == _MAKE})
    holders = _holders(touched)
    for (side, key), op in ops.items():
        if side == _MAKE:
            first = op.item.requires() | (op.item.awaits() if op.verb is Verb.CREATE else frozenset())
            before = {(_MAKE, future[needed]) for needed in first if needed in future}
            before.add((_BREAK, key))
            for claim in _claims(op.item):
                holder = holders.get(claim, key)
                if holder != key:
                    before.add((_BREAK if holder in doomed else _MAKE, holder))
            graph[_MAKE, key] |= before & ops.keys()
    for key, was in touched.items():
        for required in was.requires():
            support = (_BREAK, providers.get(required, ()))
            user = (_BREAK if key in doomed else _MAKE, key)
            if support in ops and user in ops:
                graph[support].add(user)
    return graph


def _claims(item: Item) -> frozenset[Hashable]:
    """What it provides is a claim as well: two veth pairs cannot have an end of one name in one place."""
    return item.claims() | item.provides()


def _holders(actual: State) -> dict[Hashable, Key]:
    return {claim: key for key, was in actual.items() for claim in _claims(was)}


def _loosened(knot: list[_Node], ops: Mapping[_Node, Op]) -> Key:
    """A knot is a swap in place: each waits for the other's claim. One of them is taken apart instead.

    There always is a change in a knot: creations wait for deletions, these for other deletions or for changes.
    """
    return next(key for side, key in knot if side == _MAKE and ops[side, key].verb is Verb.CHANGE)


def _elide(graph: _Graph, order: tuple[_Node, ...], actual: State, providers: Mapping[Key, Key]) -> None:
    """Leave out deletions that other deletions bring about, where nothing else waits for them.

    A router's namespace takes its addresses, routes and rules with it: no need to remove each. What the left out
    one had to wait for, its support now waits for.
    """
    later: _Graph = {node: set() for node in graph}
    for node, before in graph.items():
        for earlier in before:
            later[earlier].add(node)
    supports: dict[_Node, set[_Node]] = {}
    for node in reversed(order):
        if node[0] == _BREAK:
            found = {(_BREAK, providers.get(key, ())) for key in actual[node[1]].falls_with()}
            base = (found & graph.keys()).union(*(supports.get(support, set()) for support in found))
            if base and later[node] <= base:
                supports[node] = base
                _contract(graph, later, node)


def _contract(graph: _Graph, later: _Graph, node: _Node) -> None:
    before, after = graph.pop(node), later.pop(node)
    for successor in after:
        graph[successor] = graph[successor] - {node} | before
    for predecessor in before:
        later[predecessor] = later[predecessor] - {node} | after


def _walk(graph: _Graph, ops: Mapping[_Node, Op]) -> Iterator[Step]:
    """In order, makes before breaks where both could come next; the same input gives the same walk."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    place: dict[_Node, int] = {}
    ready: list[_Node] = []
    while sorter.is_active():
        for node in sorter.get_ready():
            heapq.heappush(ready, node)
        node = heapq.heappop(ready)
        place[node] = len(place)
        yield Step(ops[node], frozenset(place[earlier] for earlier in graph[node]))
        sorter.done(node)
