"""What is kept of each process on disk, so that an agent that starts again knows its daemons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hawser.machine.drivers.files import prune, walk
from hawser.machine.items.process import Process

SUFFIX = ".process"


@dataclass(frozen=True, slots=True)
class Record:
    """A process as it was started: the item, its pid, start time in clock ticks, and session.

    ``links`` are the indices of the interfaces that it is bound to.
    """

    item: Process
    pid: int
    started: int
    session: int
    links: Mapping[str, int]


def path_of(item: Process) -> Path:
    """Where a process's record is kept."""
    return Path(item.directory) / f"{item.name}{SUFFIX}"


def write(record: Record) -> None:
    """Keep a record; whole or not at all. It has not the mark of files: nobody's wish removes it."""
    item = record.item
    fields = {name: getattr(item, name) for name in Process.__slots__}
    own = {
        "pid": record.pid,
        "started": record.started,
        "session": record.session,
        "links": dict(record.links),
    }
    path = path_of(item)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(json.dumps({"item": fields, **own}))
    draft.rename(path)


def read(path: Path) -> Record | None:
    """The record in a file; None if there is none, or it cannot be understood."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(path.read_text())
        item = found.pop("item")
        for name in ("argv", "reads", "grants", "leaves", "opens"):
            item[name] = tuple(item.get(name, ()))
        item["needs"] = tuple(tuple(key) for key in item["needs"])
        return Record(Process(**item), **found)
    return None


def everyone(directories: Sequence[Path]) -> Iterator[Record]:
    """All records below our directories."""
    for directory in directories:
        for path in walk(directory):
            if path.suffix == SUFFIX and (record := read(path)):
                yield record


def remove(item: Process, directories: Sequence[Path]) -> None:
    """Forget a process and what it left behind, and the directory if nothing else is in it."""
    for path in (path_of(item), *map(Path, item.leaves)):
        path.unlink(missing_ok=True)
    prune(Path(item.directory), directories)
