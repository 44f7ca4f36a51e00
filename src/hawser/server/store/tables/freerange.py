"""Which addresses of a subnet's pools are free, as ranges: the lowest one is found, taken or given back by index.

Laws. The ranges of a subnet are apart, and no two of a pool are next to each other; together they are its pools
without the addresses that ports have. Numbers are kept as text of one width, which sorts as numbers do. Writers
remember the first range of a subnet (`store/memory.py`): addresses in a row are taken from it by one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    SmallInteger,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from hawser.server.allocate.addresses import Range, free_ranges
from hawser.server.model.port import FixedIp
from hawser.server.model.subnet import Pool
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA

_NOUN = "free_ranges"
_WIDTH = 32

free_range_table = Table(
    "free_ranges",
    METADATA,
    Column("subnet_id", ForeignKey("subnets.id", ondelete="CASCADE"), primary_key=True),
    Column("first", String(_WIDTH), primary_key=True),
    Column("last", String(_WIDTH), nullable=False),
    Column("pool", SmallInteger, nullable=False),
)
"""``pool`` is the place of the range's pool among the subnet's."""

_C = free_range_table.c
_ADD = insert(free_range_table)
_BY_POOL = (
    select(_C.first, _C.last, _C.pool)
    .where(_C.subnet_id == bindparam("subnet"))
    .order_by(_C.pool, _C.first)
    .limit(bindparam("most"))
)
_FROM_START = (
    update(free_range_table)
    .where(_C.subnet_id == bindparam("subnet"), _C.first == bindparam("number"), _C.last >= bindparam("next"))
    .values(first=bindparam("next"))
)
_BELOW = (
    select(_C.first, _C.last, _C.pool)
    .where(_C.subnet_id == bindparam("subnet"), _C.first <= bindparam("number"))
    .order_by(_C.first.desc())
    .limit(1)
)
_ABOVE = select(_C.first, _C.last, _C.pool).where(
    _C.subnet_id == bindparam("subnet"), _C.first == bindparam("number")
)


def fill(
    tx: Transaction, subnet_id: str, pools: Sequence[Pool], taken: Iterable[int] = (), new: bool = False
) -> None:
    """Write a subnet's ranges anew: it is ``new``, or its pools are others."""
    if not new:
        tx.execute(delete(free_range_table).where(_C.subnet_id == subnet_id))
    rows = [_row(subnet_id, each) for each in free_ranges(pools, taken)]
    tx.forget(_NOUN, subnet_id)
    if rows:
        tx.execute(_ADD, rows)


def lowest(tx: Transaction, subnet_id: str, picked: frozenset[int] = frozenset()) -> int | None:
    """The lowest free number of the first pool with room, but for those ``picked``. None: no room."""
    first = tx.recall(_NOUN, subnet_id, lambda: next(_by_pool(tx, subnet_id, 1), None))
    if first is None:
        return None
    number = _without(first, picked)
    if number is not None:
        return number
    found = (_without(each, picked) for each in _by_pool(tx, subnet_id, len(picked) + 1))
    return next((number for number in found if number is not None), None)


def take(tx: Transaction, fixed_ips: Iterable[FixedIp]) -> None:
    """Note that addresses are no longer free. One outside all pools changes nothing."""
    for subnet_id, first, last in _runs(fixed_ips):
        if not _take_from_start(tx, subnet_id, first, last):
            for number in range(first, last + 1):
                _take_one(tx, subnet_id, number)


def _runs(fixed_ips: Iterable[FixedIp]) -> Iterator[tuple[str, int, int]]:
    """Addresses in a row, as their subnet, the first and the last of them."""
    taken = sorted((each.subnet_id, int(each.address)) for each in fixed_ips)
    start = 0
    for place, (subnet_id, number) in enumerate(taken, start=1):
        if taken[place : place + 1] != [(subnet_id, number + 1)]:
            yield subnet_id, taken[start][1], number
            start = place


def _take_from_start(tx: Transaction, subnet_id: str, first: int, last: int) -> bool:
    """Take these where a range starts with them, and goes on; whether one does."""
    words = {"subnet": subnet_id, "number": _text(first), "next": _text(last + 1)}
    if not tx.execute(_FROM_START, words).rowcount:
        return False
    known: Range | None = tx.known(_NOUN, subnet_id)
    if known is not None and known.first == first:
        tx.remember(_NOUN, subnet_id, Range(last + 1, known.last, known.pool))
    return True


def _take_one(tx: Transaction, subnet_id: str, number: int) -> None:
    found = _first(tx, _BELOW, subnet_id, number)
    if found is None or found.last < number:
        return
    _drop(tx, subnet_id, found)
    _put(tx, subnet_id, Range(found.first, number - 1, found.pool))
    _put(tx, subnet_id, Range(number + 1, found.last, found.pool))


def give(tx: Transaction, fixed_ip: FixedIp, pools: Sequence[Pool]) -> None:
    """Note that an address is free again. One outside all ``pools`` changes nothing."""
    number, subnet_id = int(fixed_ip.address), fixed_ip.subnet_id
    place = next((i for i, pool in enumerate(pools) if int(pool.first) <= number <= int(pool.last)), None)
    if place is None:
        return
    first = last = number
    below, above = _first(tx, _BELOW, subnet_id, number), _first(tx, _ABOVE, subnet_id, number + 1)
    if below is not None and below.last == number - 1 and below.pool == place:
        _drop(tx, subnet_id, below)
        first = below.first
    if above is not None and above.pool == place:
        _drop(tx, subnet_id, above)
        last = above.last
    _put(tx, subnet_id, Range(first, last, place))


def _by_pool(tx: Transaction, subnet_id: str, most: int) -> Iterator[Range]:
    return map(_range, tx.execute(_BY_POOL, {"subnet": subnet_id, "most": most}))


def _without(one: Range, picked: frozenset[int]) -> int | None:
    """The lowest number of a range that is not ``picked``."""
    return next((number for number in range(one.first, one.last + 1) if number not in picked), None)


def _first(tx: Transaction, statement: Any, subnet_id: str, number: int) -> Range | None:
    row = tx.execute(statement, {"subnet": subnet_id, "number": _text(number)}).first()
    return _range(row) if row else None


def _put(tx: Transaction, subnet_id: str, one: Range) -> None:
    if one.first <= one.last:
        tx.forget(_NOUN, subnet_id)
        tx.execute(_ADD, _row(subnet_id, one))


def _drop(tx: Transaction, subnet_id: str, one: Range) -> None:
    tx.forget(_NOUN, subnet_id)
    tx.execute(delete(free_range_table).where(_C.subnet_id == subnet_id, _C.first == _text(one.first)))


def _row(subnet_id: str, one: Range) -> dict[str, object]:
    return {"subnet_id": subnet_id, "first": _text(one.first), "last": _text(one.last), "pool": one.pool}


def _range(row: Sequence[Any]) -> Range:
    return Range(int(row[0], 16), int(row[1], 16), row[2])


def _text(number: int) -> str:
    return f"{number:0{_WIDTH}x}"
