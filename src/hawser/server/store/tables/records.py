"""Reading and writing the things of one kind: rows to values, filters to SQL.

A read of any number of things is one query, and one more for each kind of part that they have.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.types import Boolean, Integer

from hawser.base.errors import BadInput
from hawser.server.model.filters import ALL, TAG_FILTERS, Filters, Scalar
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import has_tag

Value = TypeVar("Value")
Where = ColumnElement[bool]
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def tally(table: Table) -> str:
    """The noun by which it is remembered how many rows of a table a project can have at most (`quota.has_room`)."""
    return f"{table.name} of a project"


@dataclass(frozen=True, slots=True)
class Part:
    """Values that things of a kind have several of, out of another table.

    ``rows`` selects the thing's id, as ``key``, and then what ``build`` makes one part of. Where the column
    ``only_with`` is None, the thing has no such parts, and they are not asked for. What is ``borrowed`` tells of
    other things: the change log does not name this one when they become others.
    """

    field: str
    rows: Select[Any]
    key: ColumnElement[Any]
    build: Callable[..., object]
    only_with: str = ""
    borrowed: bool = False

    def expected(self, fields: Mapping[str, Any]) -> bool:
        """Whether the thing with these columns can have such parts."""
        return not self.only_with or fields[self.only_with] is not None


class Records(Generic[Value]):
    """The things of one kind. ``noun`` is its name in the change log.

    ``build(tx, fields)`` makes a value of a row's columns and its parts; ``row(value)`` is the way back.
    ``filters`` are fields that are no columns: each makes a condition of the values asked for. ``computed``
    are borrowed fields that come with the row, in the same query. Writers need not read again what is
    ``remembered`` (`store/memory.py`): every change of it, or of its parts, has to touch it.
    """

    def __init__(
        self,
        noun: str,
        table: Table,
        *,
        build: Callable[[Transaction, dict[str, Any]], Value],
        row: Callable[[Value], Mapping[str, Any]] | None = None,
        parts: Sequence[Part] = (),
        filters: Mapping[str, Callable[[Transaction, Sequence[Scalar]], Where]] | None = None,
        hidden: Iterable[str] = (),
        remembered: bool = False,
        computed: Sequence[Label[Any]] = (),
    ) -> None:
        self.noun = noun
        self.table = table
        self._build = build
        self._row = row or self._columns_of
        self._parts = tuple(parts)
        self._filters = filters or {}
        self._remembered = remembered
        own = [column for column in table.c if column.name not in set(hidden)]
        self._own_names = [column.name for column in own]
        self._columns: list[ColumnElement[Any]] = [*own, *computed]
        self._names = [*self._own_names, *(column.name for column in computed)]
        by_id = table.c.id == bindparam("the_id")
        self._one = select(*self._columns).where(by_id)
        self._own_one = select(*own).where(by_id)
        self._insert = insert(table)
        self._change = update(table).where(by_id)
        self._remove = delete(table).where(by_id)
        self._parts_of_one = [part.rows.where(part.key == bindparam("the_id")) for part in self._parts]

    def get(self, tx: Transaction, id: str, borrowed: bool = True) -> Value | None:
        """The one with this id, with what is borrowed, or without."""
        if self._remembered and borrowed:
            return tx.recall(self.noun, id, lambda: self._get(tx, id, borrowed))
        return self._get(tx, id, borrowed)

    def _get(self, tx: Transaction, id: str, borrowed: bool) -> Value | None:
        row = tx.execute(self._one if borrowed else self._own_one, {"the_id": id}).first()
        if row is None:
            return None
        fields = dict(zip(self._names, row, strict=False))
        for part, statement in zip(self._parts, self._parts_of_one, strict=True):
            if part.borrowed and not borrowed:
                continue
            found = tx.execute(statement, {"the_id": id}) if part.expected(fields) else ()
            fields[part.field] = tuple(part.build(*values) for _, *values in found)
        return self._build(tx, fields)

    def find(
        self, tx: Transaction, *where: Where, filters: Filters = ALL, borrowed: bool = True
    ) -> list[Value]:
        """Those that meet all conditions, in the order asked for, else by id; with what is borrowed, or without."""
        statement = self._page(tx, where, filters)
        names = self._names if borrowed else self._own_names
        rows = list(tx.execute(statement.with_only_columns(*self._columns[: len(names)])))
        if not rows:
            return []
        if filters.backwards:
            rows.reverse()
        ids = statement.with_only_columns(self.table.c.id).scalar_subquery()
        found_fields = [dict(zip(names, row, strict=True)) for row in rows]
        parts = [
            (part, self._parts_by_id(tx, part, ids) if any(map(part.expected, found_fields)) else {})
            for part in self._parts
            if borrowed or not part.borrowed
        ]
        values: list[Value] = []
        for fields in found_fields:
            for part, found in parts:
                fields[part.field] = tuple(found.get(fields["id"], ()))
            values.append(self._build(tx, fields))
        return values

    def pick(
        self, tx: Transaction, fields: Sequence[str], *where: Where, filters: Filters = ALL
    ) -> list[tuple[Any, ...]]:
        """Only some columns of those that `find` would give: for lists that show little of each."""
        statement = self._page(tx, where, filters).with_only_columns(*map(self._column, fields))
        rows = [tuple(row) for row in tx.execute(statement)]
        return rows[::-1] if filters.backwards else rows

    def add(self, tx: Transaction, value: Value) -> None:
        """Insert one; its parts are the caller's business."""
        self.add_all(tx, (value,))

    def add_all(self, tx: Transaction, values: Sequence[Value]) -> None:
        """Insert several at once."""
        for row, value in zip(self.add_parts(tx, values), values, strict=True):
            tx.touch(self.noun, row["id"])
            if self._remembered:
                tx.remember(self.noun, row["id"], value)

    def add_parts(self, tx: Transaction, values: Sequence[Value]) -> Sequence[Mapping[str, Any]]:
        """Insert several that are parts of something, which the caller touches; their rows."""
        rows = [dict(self._row(value)) for value in values]
        if rows:
            tx.execute(self._insert, rows)
        for project_id, more in Counter(row.get("project_id", "") for row in rows).items():
            tx.grow(tally(self.table), project_id, more)
        return rows

    def change(self, tx: Transaction, id: str, **columns: Any) -> None:
        """Set ``columns`` of one, and its revision. With none it is only touched: a part of it changed."""
        stamped = {**columns, "revision": tx.revision, "updated_at": tx.now}
        self.set(tx, id, **stamped)

    def become(self, tx: Transaction, id: str, value: Value) -> None:
        """A part of it changed, which made it ``value``; its columns are as they were, but for the stamps."""
        self.change(tx, id)
        if self._remembered:
            tx.remember(self.noun, id, value)

    def set(self, tx: Transaction, id: str, /, **columns: Any) -> None:
        """Set columns of one whose kind has no revision of its own."""
        tx.execute(self._change, {**columns, "the_id": id})
        tx.touch(self.noun, id)

    def remove(self, tx: Transaction, id: str) -> None:
        """Delete one."""
        tx.execute(self._remove, {"the_id": id})
        tx.touch(self.noun, id)

    def _columns_of(self, value: Value) -> dict[str, Any]:
        return {name: getattr(value, name) for name in self._own_names}

    def _parts_by_id(self, tx: Transaction, part: Part, ids: Any) -> dict[str, list[object]]:
        found: dict[str, list[object]] = defaultdict(list)
        for id, *values in tx.execute(part.rows.where(part.key.in_(ids))):
            found[id].append(part.build(*values))
        return found

    def _page(self, tx: Transaction, where: Sequence[Where], filters: Filters) -> Select[Any]:
        conditions = [*where, *(self._condition(tx, field, values) for field, values in filters.where)]
        order = self._order(filters)
        if filters.marker is not None:
            conditions.append(self._after(tx, filters.marker, order))
        statement = select(self.table.c.id).where(*conditions)
        statement = statement.order_by(*(key.desc() if descending else key for key, descending in order))
        return statement if filters.limit is None else statement.limit(filters.limit)

    def _order(self, filters: Filters) -> list[tuple[Any, bool]]:
        """The keys to sort by, and whether each descends; backwards, all turn round."""
        keys = [*filters.sort] if ("id", True) in filters.sort else [*filters.sort, ("id", False)]
        return [(self._column(field), descending != filters.backwards) for field, descending in keys]

    def _after(self, tx: Transaction, marker: str, order: list[tuple[Any, bool]]) -> Where:
        """What comes after ``marker``: later in the first key, or equal there and later in the next."""
        row = tx.execute(
            select(*(key for key, _ in order)).where(self.table.c.id == bindparam("the_id")),
            {"the_id": marker},
        ).first()
        if row is None:
            raise BadInput("marker", f"there is no such thing as '{marker}'")
        alternatives: list[Where] = []
        equal: list[Where] = []
        for (key, descending), value in zip(order, row, strict=True):
            later = key < value if descending else key > value
            alternatives.append(and_(*equal, later))
            equal.append(key == value)
        return or_(*alternatives)

    def _column(self, field: str) -> ColumnElement[Any]:
        if field not in self.table.c:
            raise BadInput(field, "one cannot sort or filter by it")
        return self.table.c[field]

    def _condition(self, tx: Transaction, field: str, values: Sequence[Scalar]) -> Where:
        if field in self._filters:
            return self._filters[field](tx, values)
        if field in TAG_FILTERS and "tags" in self.table.c:
            return _tagged(self.table.c.tags, field, values)
        column = self._column(field)
        wanted = [_typed(field, column, value) for value in values if value is not None]
        among = column.in_(wanted)
        return or_(among, column.is_(None)) if None in values else among


def _tagged(column: ColumnElement[Any], field: str, values: Sequence[Scalar]) -> Where:
    """The condition on tags; ``values`` may hold several each, separated by commas."""
    wanted = [tag for value in values for tag in str(value).split(",")]
    has = [has_tag(column, tag) for tag in wanted]
    matches = or_(*has) if field.endswith("any") else and_(*has)
    return ~matches if field.startswith("not-") else matches


def _typed(field: str, column: ColumnElement[Any], value: Scalar) -> Scalar:
    """``value`` in the column's type; clients give most things as text."""
    try:
        if isinstance(column.type, Boolean):
            return _TRUTHS[str(value).lower()]
        return _integer(str(value)) if isinstance(column.type, Integer) else str(value)
    except (KeyError, ValueError):
        raise BadInput(field, f"'{value}' is not of its type") from None


def _integer(text: str) -> int:
    """A number that a database can hold: 64 bits with a sign."""
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number
