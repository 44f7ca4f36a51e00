"""The record of a running instance: a small file beside it, by which a new agent finds it again.

Process ids come back; a process is told by its id and its start time together (proc(5), field
22 of ``stat``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hawser.base.errors import BadInput, NotFound
from hawser.wire import codec


@dataclass(frozen=True, slots=True)
class Record:
    """An instance that was started here. ``started`` is the start time of process ``pid``, in clock ticks."""

    id: str
    name: str
    boot: int
    pid: int
    started: int
    taps: tuple[str, ...]


def start_time(pid: int) -> int | None:
    """When a process was started, in clock ticks since the machine was; None for none, or for a dead one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else int(fields[19])


def alive(record: Record) -> bool:
    """Whether the instance's first process runs."""
    return start_time(record.pid) == record.started


def path(folder: Path, instance_id: str) -> Path:
    """Where the record of an instance lies; its directory has the same name without the ending."""
    return folder / f"{instance_id}.json"


def save(folder: Path, record: Record) -> None:
    """Write a record, whole or not at all."""
    target = path(folder, record.id)
    draft = target.with_suffix(".new")
    draft.write_bytes(codec.encode(record))
    draft.replace(target)


def load(folder: Path) -> Iterator[Record]:
    """All records that can be read; one that cannot is as good as none."""
    for file in sorted(folder.glob("*.json")):
        try:
            yield codec.decode(file.read_bytes(), Record)
        except (OSError, BadInput):
            continue


def find(folder: Path, name: str) -> Record:
    """The running instance with this id or name, or `NotFound`."""
    running = [record for record in load(folder) if alive(record)]
    for record in running:
        if record.id == name:
            return record
    for record in running:
        if record.name == name:
            return record
    raise NotFound("server", f"{name} on this node")
