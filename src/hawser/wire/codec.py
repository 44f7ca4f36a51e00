"""Values of the wire to JSON and back. A line that does not fit its type is a `BadInput`."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hawser.base.errors import BadInput

Value = TypeVar("Value")


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def encode(value: Any) -> bytes:
    """A wire value as one line of JSON, without a line feed."""
    return _adapter(type(value)).dump_json(value)


def decode(line: bytes, kind: type[Value]) -> Value:
    """A line of JSON as a value of ``kind``."""
    try:
        value: Value = _adapter(kind).validate_json(line)
    except ValidationError as error:
        raise BadInput(kind.__name__, str(error.errors(include_url=False)[0])) from error
    return value
