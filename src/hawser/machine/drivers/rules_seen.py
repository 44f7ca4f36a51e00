"""What iptables-save printed in each namespace, and at which state of the kernel's rules it did.

As long as that state stands the program need not be started again, which is by far the most that a look at a router
costs. Kept on a file system that goes with the machine's power, for an agent that starts again. Several agents of a
machine may share the file: what another wrote is as true, since a state never comes twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Place = tuple[str, int]
"""A namespace and a family, 4 or 6."""


@dataclass(frozen=True, slots=True)
class RulesState:
    """The state of a namespace's rules: ``cookie`` is a number that no other namespace has or had since the machine
    started, ``generation`` counts the changes. ``families`` (4, 6) are those that have tables."""

    cookie: int
    generation: int
    families: frozenset[int]


class SeenRules:
    """Texts by place, each with the state that it is of."""

    def __init__(self, path: Path) -> None:
        """``path`` is where they are kept; it need not be there."""
        self._path = path
        self._texts = _load(path)

    def text(self, place: Place, state: RulesState | None) -> str | None:
        """What was printed in this state, None where that is not known."""
        if state is None or place not in self._texts:
            return None
        cookie, generation, text = self._texts[place]
        return text if (cookie, generation) == (state.cookie, state.generation) else None

    def keep(self, found: Mapping[Place, str], states: Mapping[str, RulesState | None]) -> None:
        """Remember these, and forget all others. Only rules of nftables are counted in a state, so where a family
        has no tables its text may be that of legacy tables, and is asked for each time."""
        texts = {
            (netns, family): (state.cookie, state.generation, text)
            for (netns, family), text in found.items()
            if (state := states.get(netns)) and family in state.families
        }
        if texts != self._texts:
            self._texts = texts
            self._save()

    def _save(self) -> None:
        rows = [[*place, *seen] for place, seen in self._texts.items()]
        with suppress(OSError):  # it only saves time
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_name(f".{self._path.name}.new")
            draft.write_text(json.dumps(rows))
            draft.rename(self._path)


def _load(path: Path) -> dict[Place, tuple[int, int, str]]:
    with suppress(OSError, ValueError, TypeError):
        rows = json.loads(path.read_text())
        return {
            (netns, family): (cookie, generation, text) for netns, family, cookie, generation, text in rows
        }
    return {}
