"""The fields that a caller said in its changes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hawser.server.model.unset import UNSET


def said(changes: Any, *but: str) -> dict[str, Any]:
    """What is not UNSET of a value of changes, by field, without the fields named in ``but``."""
    values = {field.name: getattr(changes, field.name) for field in fields(changes) if field.name not in but}
    return {name: value for name, value in values.items() if value is not UNSET}
