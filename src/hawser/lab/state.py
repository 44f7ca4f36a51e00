"""What a lab remembers on disk: one JSON record, written whole after each change, readable by root only.

    /run/hawser/labs/<name>/record.json    what there is: nodes, their inits, ports, faults
    /run/hawser/labs/<name>/lock           held by whoever changes the lab
    /run/hawser/labs/<name>/<node>/disk    a node's files; outlives a power cut
    /run/hawser/labs/<name>/<node>/console what its init said

A process is known by its pid together with its start time: a pid that was used again is not ours.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hawser.base.errors import BadInput, LabError

ROOT = Path("/run/hawser/labs")


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process of the host, safe against reuse of its pid; ``started`` in clock ticks since boot
    (proc(5))."""

    pid: int
    started: int

    @staticmethod
    def of(pid: int) -> ProcessId:
        """The process that has this pid now; ProcessLookupError if none has."""
        started = start_time(Path(f"/proc/{pid}"))
        if started is None:
            raise ProcessLookupError(pid)
        return ProcessId(pid, started)

    def alive(self) -> bool:
        """True while this very process runs; a zombie does not run."""
        return start_time(Path(f"/proc/{self.pid}")) == self.started


def start_time(process: Path) -> int | None:
    """The start time of the process with this directory in a proc file system; None if it is gone or a zombie.

    A zombie with other threads is still ending: they hold its files and sockets.
    """
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    threads = int(fields[17])
    return None if fields[0] in "ZX" and threads <= 1 else int(fields[19])


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A node as it was left: its init (None when powered off), frozen or not, the segments it is cut off, and
    those on which its packets are lost."""

    init: ProcessId | None = None
    frozen: bool = False
    cut: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A lab. ``ready`` once `lab up` was done; ``ports`` maps a service to its port on the host's loopback;
    ``services`` are the services that were asked for; ``settings`` the options that were set by hand."""

    name: str
    dhcp_on: str
    port_offset: int
    ready: bool = False
    services: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    ports: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, NodeRecord] = field(default_factory=dict)
    network_nodes: int = 2


class Directory:
    """One lab's place on disk."""

    def __init__(self, name: str, root: Path = ROOT) -> None:
        """``name``: letters, digits, dots and dashes, since it is a directory's name and a mark in
        processes."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,31}", name):
            raise BadInput("name", f"'{name}' cannot name a lab", "Use at most 32 letters, digits or dashes.")
        self.name = name
        self.path = root / name

    def node(self, name: str) -> Path:
        """The directory of one node."""
        return self.path / name

    def disk(self, name: str) -> Path:
        """The files of one node, laid out as it sees them: `<disk>/etc/neutron/neutron.conf`."""
        return self.path / name / "disk"

    def load(self) -> Record | None:
        """The record, or None if there is no lab of this name."""
        if (raw := self._raw()) is None:
            return None
        try:
            return _record(raw)
        except (KeyError, TypeError) as error:
            remedy = f"Use that one, or remove the lab: hawser lab down --name {self.name}"
            raise LabError(
                f"Lab '{self.name}' was started by another version of Hawser. {remedy}."
            ) from error

    def port_offset(self) -> int:
        """What the lab's ports are shifted by, whatever version started it; 0 if there is no lab."""
        return int((self._raw() or {}).get("port_offset", 0))

    def _raw(self) -> dict[str, Any] | None:
        try:
            raw = json.loads((self.path / "record.json").read_text())
            return dict(raw)
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise LabError(f"Lab '{self.name}' is root's. Ask as root: sudo hawser lab …") from error
        except (OSError, ValueError) as error:
            remedy = f"`hawser lab down --name {self.name}` removes the lab."
            raise LabError(f"The record of lab '{self.name}' cannot be read: {error}. {remedy}") from error

    def save(self, record: Record) -> None:
        """Write the record so that a reader sees the old one or the new one, never a half."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path / ".record.json"
        draft.write_text(json.dumps(asdict(record), indent=1))
        draft.replace(self.path / "record.json")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lab for a change; LabError if someone else is changing it now."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Lab '{self.name}' is being changed by another command. Wait for it to end, or end it."
            raise LabError(message) from None


def names(root: Path = ROOT) -> list[str]:
    """The names of the labs that have a record, in order."""
    return sorted(record.parent.name for record in root.glob("*/record.json"))


def _record(raw: dict[str, Any]) -> Record:
    nodes = {name: _node_record(row) for name, row in raw["nodes"].items()}
    services, settings = tuple(raw["services"]), tuple(raw["settings"])
    return Record(**{**raw, "nodes": nodes, "services": services, "settings": settings})


def _node_record(row: dict[str, object]) -> NodeRecord:
    init, cut, silent = row["init"], row["cut"], row.get("silent", [])
    assert isinstance(cut, list)
    assert isinstance(silent, list)
    process = ProcessId(**init) if isinstance(init, dict) else None
    return NodeRecord(process, bool(row["frozen"]), tuple(cut), tuple(silent))
