"""The difference of two intents as a value, and an intent with a difference applied. Pure.

merge(old, between(old, new)) == new
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any

from hawser.wire import codec
from hawser.wire.intent import DhcpServer, NodeIntent, Port, Router, Segment

RECORD_KINDS = tuple(f.name for f in fields(NodeIntent) if f.name not in ("host", "revision"))


@dataclass(frozen=True, slots=True)
class IntentChange:
    """One line of a watch stream: the node's intent became that of ``revision``.

    ``base`` is the revision that the change applies to; None makes it a snapshot: what it does not hold is
    gone. ``gone`` holds (kind, id) of the records to drop, where kind is a field's name of `NodeIntent`.
    """

    host: str
    revision: int
    base: int | None
    segments: tuple[Segment, ...] = ()
    ports: tuple[Port, ...] = ()
    routers: tuple[Router, ...] = ()
    dhcp_servers: tuple[DhcpServer, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it changes nothing but the revision."""
        return not (self.gone or any(getattr(self, kind) for kind in RECORD_KINDS))


def snapshot(intent: NodeIntent) -> IntentChange:
    """The whole intent as a change that needs no base."""
    records = {kind: getattr(intent, kind) for kind in RECORD_KINDS}
    return IntentChange(host=intent.host, revision=intent.revision, base=None, **records)


def between(old: NodeIntent, new: NodeIntent) -> IntentChange:
    """What makes ``old`` become ``new``."""
    put: dict[str, Any] = {}
    gone: list[tuple[str, str]] = []
    for kind in RECORD_KINDS:
        before = {record.id: record for record in getattr(old, kind)}
        after = {record.id: record for record in getattr(new, kind)}
        put[kind] = tuple(record for key, record in after.items() if before.get(key) != record)
        gone.extend((kind, key) for key in before if key not in after)
    return IntentChange(host=new.host, revision=new.revision, base=old.revision, gone=tuple(gone), **put)


def merge(old: NodeIntent, change: IntentChange) -> NodeIntent:
    """``old`` with the change applied. A change that builds on another revision is refused by ValueError."""
    if change.base is None:
        old = NodeIntent(host=change.host, revision=change.revision)
    elif change.base != old.revision:
        raise ValueError(f"change builds on revision {change.base}, the intent is of {old.revision}")
    merged: dict[str, Any] = {}
    for kind in RECORD_KINDS:
        records = {record.id: record for record in getattr(old, kind)}
        for gone_kind, key in change.gone:
            if gone_kind == kind:
                records.pop(key, None)
        records.update({record.id: record for record in getattr(change, kind)})
        merged[kind] = tuple(sorted(records.values(), key=lambda record: record.id))
    return replace(old, revision=change.revision, **merged)


def digest(intent: NodeIntent) -> str:
    """What tells whether two intents hold the same records, whatever their revisions."""
    return hashlib.sha256(codec.encode(replace(intent, revision=0))).hexdigest()
