"""Types of columns that hold the model's own types, and the columns that every noun has."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, DateTime, MetaData, String, Text, func, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from hawser.base import addresses

_FRAME = "\n"
METADATA = MetaData()
"""All tables of the store. The schema is made by the migrations; a test holds the two together."""


class Utc(TypeDecorator[datetime]):
    """A time in UTC; the database keeps it without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


class Repeated(TypeDecorator[str]):
    """Text that many rows have alike: it is in memory once, whatever number of things was read."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """From the database."""
        return None if value is None else sys.intern(value)


class AsText(TypeDecorator[Any]):
    """A value with a canonical text: an address, a network, an enumeration. ``parse`` reads the text."""

    impl = String(64)
    cache_ok = True

    def __init__(self, parse: Callable[[str], Any], read: Callable[[str], Any] | None = None) -> None:
        """``read`` is quicker than ``parse``, and for what this type has written."""
        super().__init__()
        self.parse = parse
        self.read = read or parse

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database; a text that a caller filters by is brought to the canonical form first."""
        if value is None:
            return None
        return self._canonical(value) if isinstance(value, str) else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else self.read(value)

    def _canonical(self, text: str) -> str:
        try:
            return str(self.parse(text))
        except ValueError:
            return text


class AsList(TypeDecorator[tuple[Any, ...]]):
    """Some values in one column, as a JSON list of texts: for parts that are never looked for alone."""

    impl = Text
    cache_ok = True

    def __init__(self, parse: Callable[[str], Any], render: Callable[[Any], str] = str) -> None:
        super().__init__()
        self.parse = parse
        self.render = render

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """To the database."""
        return json.dumps([self.render(each) for each in value or ()])

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...]:
        """From the database."""
        return () if value == "[]" else tuple(self.parse(each) for each in json.loads(value or "[]"))


class Tags(TypeDecorator[tuple[str, ...]]):
    """Tags, each between line feeds, which no tag holds: so one can be looked for without a table of their own."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """To the database."""
        return _FRAME + "".join(f"{tag}{_FRAME}" for tag in value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """From the database."""
        return tuple(value[1:-1].split(_FRAME)) if value and len(value) > 1 else ()


def has_tag(column: ColumnElement[Any], tag: str) -> ColumnElement[bool]:
    """The condition that a `Tags` column holds this tag: without it, the text would be another."""
    text = type_coerce(column, Text)
    return func.replace(text, f"{_FRAME}{tag}{_FRAME}", "") != text


def tags_column() -> Column[Any]:
    """The tags of a noun that can have some."""
    return Column("tags", Tags, nullable=False)


def id_column() -> Column[str]:
    """The primary key."""
    return Column("id", String(36), primary_key=True)


def owned_columns() -> tuple[Column[Any], ...]:
    """The columns of a thing that belongs to a project."""
    return (
        id_column(),
        Column("project_id", Repeated(255), nullable=False, index=True),
        *stamped_columns(),
    )


def stamped_columns() -> tuple[Column[Any], ...]:
    """The columns that every noun of the API has, whoever it belongs to."""
    return (
        Column("description", Text, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("created_at", Utc, nullable=False),
        Column("updated_at", Utc, nullable=False),
    )


REFERENCE = Repeated(36)
"""The id of another thing, which many refer to."""
ADDRESS = AsText(ip_address, addresses.parse)
