"""The body of a request: from bytes to a JSON object, within bounds that no honest client meets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.requests import Request

from hawser.base.errors import BadInput, HawserError

MOST_BYTES = 1 << 20
MOST_DEPTH = 16
MOST_ITEMS = 1000
"""Members of one list: things made at once, and values of an attribute. A writer keeps others waiting."""


class TooLarge(HawserError):
    """A body over `MOST_BYTES` (HTTP 413, RFC 9110 section 15.5.14)."""


async def read(request: Request) -> bytes:
    """The whole body; `TooLarge` as soon as it is known to be, whatever its length was said to be."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MOST_BYTES:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def parse(body: bytes) -> Mapping[str, Any]:
    """The JSON object in ``body``. BadInput if it is none, nests too deep, or holds text that is no text."""
    try:
        value = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            "body", f"it is not JSON ({error})", "Send one JSON object.", "HTTPBadRequest"
        ) from None
    if not isinstance(value, dict):
        raise BadInput("body", "it is not a JSON object", kind="HTTPBadRequest")
    _check(value, 0)
    return value


def inner(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under ``name``, which is all that ``body`` may hold."""
    value = body.get(name)
    if len(body) != 1 or not isinstance(value, dict):
        raise BadInput(
            "body", f"it must hold one object named '{name}' and nothing else", kind="HTTPBadRequest"
        )
    return value


def _too_large() -> TooLarge:
    return TooLarge(f"The body is larger than {MOST_BYTES} bytes. Send less at once.")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _check(value: object, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise BadInput("body", f"it nests deeper than {MOST_DEPTH} levels", kind="HTTPBadRequest")
    if isinstance(value, str):
        check_text("body", value)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text("body", key)
            _check(item, depth + 1)
    elif isinstance(value, list):
        if len(value) > MOST_ITEMS:
            wrong = f"a list in it has {len(value)} members, more than {MOST_ITEMS}"
            raise BadInput("body", wrong, "Send fewer at once.", "HTTPBadRequest")
        for item in value:
            _check(item, depth + 1)


def check_text(field: str, value: str) -> None:
    """BadInput if ``value`` holds what no database keeps as text: NUL, or half of a surrogate pair."""
    if "\0" in value:
        raise BadInput(field, "it holds a NUL character", kind="HTTPBadRequest")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise BadInput(field, "it holds half of a surrogate pair", kind="HTTPBadRequest")
