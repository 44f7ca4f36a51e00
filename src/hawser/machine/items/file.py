"""A file of ours, below one of our own directories (see `ownership`)."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.machine.items.item import ROOT, Item, Key


def file_key(path: str) -> Key:
    """The key of a file."""
    return ("file", ROOT, path)


@dataclass(frozen=True, slots=True)
class File(Item):
    """``content`` at ``path``, written whole or not at all; missing directories are made."""

    path: str
    content: str
    mode: int = 0o644

    @property
    def key(self) -> Key:
        """("file", "", path)."""
        return file_key(self.path)
