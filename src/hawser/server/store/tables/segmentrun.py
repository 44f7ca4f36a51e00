"""Which segmentation ids networks have, as runs: the lowest free one is found, taken and given back by index.

Laws. The runs of a network type on a physical network are apart, and no two are next to each other; together they
are the segments of all networks that have a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, String, Table, bindparam, delete, insert, select, update

from hawser.server.model.segment import Segment
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA, AsText
from hawser.wire.intent import NetworkType

segment_run_table = Table(
    "segment_runs",
    METADATA,
    Column("network_type", AsText(NetworkType), primary_key=True),
    Column("physical_network", String(64), primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""``physical_network`` is "" where there is none."""

_C = segment_run_table.c
_PLACE = _C.network_type == bindparam("type"), _C.physical_network == bindparam("physical")
_AROUND = (
    select(_C.first, _C.last)
    .where(*_PLACE, _C.first <= bindparam("number"))
    .order_by(_C.first.desc())
    .limit(1)
)
_ADD = insert(segment_run_table)
_STARTING = delete(segment_run_table).where(*_PLACE, _C.first == bindparam("start")).returning(_C.last)
_EXTEND = (
    update(segment_run_table).where(*_PLACE, _C.last == bindparam("end")).values(last=bindparam("new_last"))
)


def lowest_free(tx: Transaction, low: Segment, high: int) -> int | None:
    """The lowest number from that of ``low`` to ``high`` that no network of its kind has. None: no room."""
    found = tx.execute(_AROUND, {**_place(low), "number": low.segmentation_id}).first()
    number = int(low.segmentation_id or 0)
    if found is not None and found.last >= number:
        number = found.last + 1
    return number if number <= high else None


def is_taken(tx: Transaction, segment: Segment) -> bool:
    """Whether a network has the segment, which has a number."""
    return lowest_free(tx, segment, int(segment.segmentation_id or 0)) is None


def take(tx: Transaction, segment: Segment) -> None:
    """Note that a network has a segment that was free; one without a number is not noted."""
    number = segment.segmentation_id
    if number is None:
        return
    after = tx.execute(_STARTING, {**_place(segment), "start": number + 1}).scalar()
    last = number if after is None else after
    extended = tx.execute(_EXTEND, {**_place(segment), "end": number - 1, "new_last": last})
    if not extended.rowcount:
        _put(tx, segment, number, last)


def give(tx: Transaction, segment: Segment) -> None:
    """Note that a segment is free again."""
    number = segment.segmentation_id
    if number is None:
        return
    first, last = tx.execute(_AROUND, {**_place(segment), "number": number}).one()
    tx.execute(_STARTING, {**_place(segment), "start": first})
    _put(tx, segment, first, number - 1)
    _put(tx, segment, number + 1, last)


def _put(tx: Transaction, like: Segment, first: int, last: int) -> None:
    if first <= last:
        where = {"network_type": like.network_type, "physical_network": like.physical_network or ""}
        tx.execute(_ADD, {**where, "first": first, "last": last})


def _place(segment: Segment) -> Mapping[str, Any]:
    return {"type": segment.network_type, "physical": segment.physical_network or ""}
