"""Values by group and id. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Groups(Generic[Value]):
    """A group that has nothing in it does not exist."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, dict[str, Value]] = {}

    def __contains__(self, group: Hashable) -> bool:
        return group in self._groups

    def __getitem__(self, group: Hashable) -> Mapping[str, Value]:
        """What is in the group, by id; nothing of an unknown one."""
        return self._groups.get(group, {})

    def put(self, group: Hashable, id: str, value: Value) -> None:
        """Have the value in the group, under its id."""
        self._groups.setdefault(group, {})[id] = value

    def drop(self, group: Hashable, id: str) -> None:
        """Have nothing under the id in the group any more."""
        members = self._groups[group]
        del members[id]
        if not members:
            del self._groups[group]
