"""The difference of two intents as a value, and an intent with a difference applied. Pure.

merge(old, between(old, new)) == new
merge(merge(old, first), second) == merge(old, joined([first, second]))
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

from hawser.wire.intent import (
    DhcpHost,
    DhcpServer,
    Neighbour,
    NodeAddress,
    NodeIntent,
    Port,
    Router,
    Segment,
)

RECORD_KINDS = tuple(f.name for f in fields(NodeIntent) if f.name not in ("host", "revision"))

Record = Segment | Port | Router | DhcpServer | DhcpHost | NodeAddress | Neighbour
Key = tuple[str, str]
"""(kind, id) of a record, where kind is a field's name of `NodeIntent`."""
Touched = Mapping[Key, Record | None]
"""Records by key as they became; None for those that are gone."""

_ID = attrgetter("id")


@dataclass(frozen=True, slots=True)
class IntentChange:
    """One line of a watch stream: the node's intent became that of ``revision``.

    ``base`` is the revision that the change applies to; None makes it a snapshot: what it does not hold is
    gone. ``gone`` holds the keys of the records to drop.
    """

    host: str
    revision: int
    base: int | None
    segments: tuple[Segment, ...] = ()
    ports: tuple[Port, ...] = ()
    routers: tuple[Router, ...] = ()
    dhcp_servers: tuple[DhcpServer, ...] = ()
    dhcp_hosts: tuple[DhcpHost, ...] = ()
    nodes: tuple[NodeAddress, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    gone: tuple[Key, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it changes nothing but the revision."""
        return not (self.gone or any(getattr(self, kind) for kind in RECORD_KINDS))


def assemble(host: str, revision: int, base: int | None, touched: Touched) -> IntentChange:
    """The change that makes these records so."""
    put: dict[str, Any] = defaultdict(list)
    for (kind, _), record in touched.items():
        if record is not None:
            put[kind].append(record)
    return IntentChange(
        host=host,
        revision=revision,
        base=base,
        gone=tuple(key for key, record in touched.items() if record is None),
        **{kind: tuple(records) for kind, records in put.items()},
    )


def records(held: NodeIntent | IntentChange) -> Iterator[tuple[Key, Record]]:
    """All records in an intent or a change, by key."""
    for kind in RECORD_KINDS:
        for record in getattr(held, kind):
            yield (kind, record.id), record


def snapshot(intent: NodeIntent) -> IntentChange:
    """The whole intent as a change that needs no base."""
    return assemble(intent.host, intent.revision, None, dict(records(intent)))


def between(old: NodeIntent, new: NodeIntent) -> IntentChange:
    """What makes ``old`` become ``new``."""
    before, after = dict(records(old)), dict(records(new))
    touched: dict[Key, Record | None] = {key: None for key in before if key not in after}
    touched.update((key, record) for key, record in after.items() if before.get(key) != record)
    return assemble(new.host, new.revision, old.revision, touched)


def joined(changes: Sequence[IntentChange]) -> IntentChange:
    """Changes that build on each other as one: each record is told once, as it became last."""
    touched: dict[Key, Record | None] = {}
    for each in changes:
        touched.update(_touched(each))
    return assemble(changes[-1].host, changes[-1].revision, changes[0].base, touched)


def merge(old: NodeIntent, change: IntentChange) -> NodeIntent:
    """``old`` with the change applied. A change that builds on another revision is refused by ValueError."""
    if change.base is None:
        old = NodeIntent(host=change.host, revision=change.revision)
    elif change.base != old.revision:
        raise ValueError(f"change builds on revision {change.base}, the intent is of {old.revision}")
    by_kind: dict[str, dict[str, Record | None]] = defaultdict(dict)
    for (kind, id), record in _touched(change).items():
        by_kind[kind][id] = record
    known = by_kind.keys() & set(RECORD_KINDS)  # a later release may tell of more
    merged: dict[str, Any] = {kind: _merged(getattr(old, kind), by_kind[kind]) for kind in known}
    return replace(old, revision=change.revision, **merged)


def _touched(change: IntentChange) -> dict[Key, Record | None]:
    return {**dict.fromkeys(change.gone), **dict(records(change))}


def _merged(held: tuple[Record, ...], touched: Mapping[str, Record | None]) -> tuple[Record, ...]:
    """Each record finds its place by its id: a change costs what it holds, however many records there are."""
    merged = list(held)
    for id, record in touched.items():
        at = bisect_left(merged, id, key=_ID)
        there = at < len(merged) and merged[at].id == id
        merged[at : at + there] = [] if record is None else [record]
    return tuple(merged)
