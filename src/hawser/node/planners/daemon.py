"""A daemon and the files it reads, as items that belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from hawser.machine.items.file import File
from hawser.machine.items.item import Item, Key
from hawser.machine.items.process import PATIENCE, Process


def daemon(
    name: str,
    netns: str,
    *,
    argv: Sequence[str],
    pidfile: str,
    directory: str,
    files: Sequence[File],
    needs: Sequence[Key] = (),
    follows: Sequence[Key] = (),
    grants: Sequence[str] = (),
    patience: float = PATIENCE,
    leaves: Sequence[str] = (),
    opens: Sequence[str] = (),
) -> Iterator[Item]:
    """The files, and a process that reads them again when one changes. ``needs`` must stand before it.

    ``follows``, ``grants``, ``patience``, ``leaves`` and ``opens`` are those of `Process`."""
    yield from files
    digest = hashlib.sha256("\0".join(file.content for file in files).encode()).hexdigest()
    yield Process(
        name=name,
        netns=netns,
        argv=tuple(argv),
        pidfile=pidfile,
        directory=directory,
        reads=tuple(file.path for file in files),
        loaded=digest,
        grants=tuple(grants),
        needs=tuple(needs),
        follows=tuple(follows),
        patience=patience,
        leaves=tuple(leaves),
        opens=tuple(opens),
    )
