"""The driver of daemons: start in a namespace, tell to read again, stop, adopt after an agent's restart.

A daemon goes into the background by itself and writes its pid file; it is ours by its record (`records`). It
does not hang on the agent: it has its own session, and no open file of the agent's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Finish
from hawser.machine.drivers import procfs, records
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.procfs import Alive
from hawser.machine.drivers.records import Record
from hawser.machine.items.item import Item, Key
from hawser.machine.items.process import PATIENCE, Process
from hawser.machine.plan import Op, Verb

_START_SECONDS = 5.0
_PAUSE = 0.001
_CLOCK_ERROR = 0.5
"""Seconds that a time of the file system and one of /proc may differ for one moment."""


@dataclass(frozen=True, slots=True)
class _Start:
    """A daemon on its way into the background; ``said`` is what it printed."""

    item: Process
    popen: subprocess.Popen[bytes]
    said: IO[bytes]


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A daemon that was asked to end, by a moment of the monotonic clock."""

    main: Alive
    deadline: float


class ProcessDriver:
    """The daemons of one batch are started, or stopped, all at once; then waited for."""

    kinds = (Process,)

    def __init__(self, kernel: Kernel, directories: Sequence[PurePosixPath]) -> None:
        self._kernel = kernel
        self._namespaces = kernel.namespaces
        self._directories = [Path(directory) for directory in directories]

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The daemons that live. The record of a dead one stays, for what it may have left behind; one that is not
        wanted any more reads as if it lived, so that all of it goes.

        One whose namespace, or an interface that it is bound to, was taken away under it, or made again, reads
        as one with other arguments: so it is started anew if it is wanted, and stopped if not.
        """
        keys = {item.key for item in wanted}
        everyone = records.everyone(self._directories)
        return [self._item(record) for record in everyone if _main(record) or record.item.key not in keys]

    def _item(self, record: Record) -> Process:
        at_home = procfs.namespace(record.pid) == self._namespaces.identity(record.item.netns)
        in_place = at_home and record.links == self._bound(record.item)
        return record.item if in_place else replace(record.item, argv=())

    def _bound(self, item: Process) -> dict[str, int]:
        """The interfaces that a daemon is bound to, with their indices: those whose addresses it needs. A daemon
        keeps to the index: one that is made again under the same name is another interface to it."""
        indices = self._kernel.indices(item.netns)
        return {key[2]: indices.get(key[2], 0) for key in item.needs if key[0] == "address"}

    def pids(self) -> Mapping[Key, int]:
        """The main process of each daemon that lives."""
        return {
            record.item.key: record.pid for record in records.everyone(self._directories) if _main(record)
        }

    def kill(self, key: Key) -> None:
        """End a daemon that does not listen, without a word, and all that it started. It reads as gone then."""
        for record in records.everyone(self._directories):
            if record.item.key == key and (main := _main(record)):
                _force((main, *self._orphans([record])))

    def begin(self, ops: Sequence[Op]) -> Finish:
        """Tell some to read again, others to end; start those that are to be."""
        told = {place: self._reload(op) for place, op in enumerate(ops) if op.verb is Verb.CHANGE}
        leaving = self._ask([_process(op) for op in ops if op.verb is Verb.DELETE])
        in_the_way = [_process(op) for op in ops if op.verb is Verb.CREATE]
        self._stop(in_the_way, self._ask(in_the_way))
        launched = {place: self._launch(op) for place, op in enumerate(ops) if op.verb is Verb.CREATE}
        deadline = time.monotonic() + _START_SECONDS
        return lambda: self._finish(ops, told, leaving, launched, deadline)

    def _finish(
        self,
        ops: Sequence[Op],
        told: Mapping[int, MachineError | None],
        leaving: Sequence[_Leaving],
        launched: Mapping[int, _Start | MachineError],
        deadline: float,
    ) -> Answers:
        gone = [_process(op) for op in ops if op.verb is Verb.DELETE]
        self._stop(gone, leaving)
        for item in gone:
            _remove_stale_pidfiles(item)
            records.remove(item, self._directories)
        settled = {place: self._settle(ops[place], found, deadline) for place, found in launched.items()}
        return [{**told, **settled}.get(place) for place in range(len(ops))]

    def _reload(self, op: Op) -> MachineError | None:
        item = _process(op)
        was = op.was if isinstance(op.was, Process) else item
        record = records.read(records.path_of(was))
        main = _main(record) if record else None
        if record is None or main is None:
            return refused(op, "it is not running; it will be started when the machine has been read again")
        procfs.send(main, signal.SIGHUP)
        Path(item.directory).mkdir(parents=True, exist_ok=True)
        records.write(replace(record, item=item))
        if records.path_of(was) != records.path_of(item):
            records.path_of(was).unlink(missing_ok=True)
        return None

    def _ask(self, items: Sequence[Process]) -> list[_Leaving]:
        """Ask them to end."""
        mains = [(main, item.patience) for item in items for main in _running(item)]
        for main, patience in mains:
            if patience:
                procfs.send(main, signal.SIGTERM)
        now = time.monotonic()
        return [_Leaving(main, now + patience) for main, patience in mains]

    def _stop(self, items: Sequence[Process], leaving: Sequence[_Leaving]) -> None:
        """Wait for those that were asked, then force. What a daemon leaves in its session goes with it: a child
        without its parent."""
        _force(
            each.main
            for each in leaving
            if not procfs.ended(each.main, max(0.0, each.deadline - time.monotonic()))
        )
        dead = [record for item in items if (record := records.read(records.path_of(item)))]
        _force(self._orphans(dead))

    def _orphans(self, dead: Sequence[Record]) -> list[Alive]:
        """What is left of daemons, but not what belongs to others that live: a record may be from before a loss of
        power, and numbers of processes begin anew after one."""
        left = _left_of(dead, self._namespaces.identity)
        if not left:
            return []
        everyone = records.everyone(self._directories)
        others = {record.session for record in everyone if record not in dead and _main(record)}
        return [process for process in left if process.session not in others]

    def _launch(self, op: Op) -> _Start | MachineError:
        item = _process(op)
        said = os.fdopen(os.memfd_create("said"), "w+b")
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C", "TMPDIR": item.directory}
        try:
            Path(item.directory).mkdir(parents=True, exist_ok=True)
            Path(item.pidfile).parent.mkdir(parents=True, exist_ok=True)
            _remove_stale_pidfiles(item)
            _remove_leavings(item)
            with self._namespaces.entered(item.netns):
                popen = subprocess.Popen(
                    item.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env=environment,
                    cwd="/",
                    start_new_session=True,
                )
        except FileNotFoundError as error:
            return refused(op, f"{error.strerror}: {error.filename}. Install the package that holds it")
        except (OSError, MachineError) as error:
            return refused(op, str(error))
        return _Start(item, popen, said)

    def _settle(self, op: Op, started: _Start | MachineError, deadline: float) -> MachineError | None:
        """Wait until it is in the background and its pid file holds a living process; record it."""
        if isinstance(started, MachineError):
            return started
        with started.said:
            wrong = _foreground(started, deadline)
            main = None if wrong else _backgrounded(started.item, deadline)
            if main is None:
                return refused(op, wrong or f"no living process in {started.item.pidfile}. {_words(started)}")
        bound = self._bound(started.item)
        records.write(Record(started.item, main.pid, main.started, main.session, bound))
        return None


def _force(processes: Iterable[Alive]) -> None:
    """End them without a word, all at once."""
    killed = tuple(processes)
    for process in killed:
        procfs.send(process, signal.SIGKILL)
    for process in killed:
        procfs.ended(process, PATIENCE)


def _remove_stale_pidfiles(item: Process) -> None:
    """Its own pid file, and its children's: those beside it whose writer is dead.

    keepalived does not start where one of them holds a pid that is in use: by a dead child that nobody has waited
    for yet, or, after a loss of power, by anybody who was given the same number since.
    """
    pidfile = Path(item.pidfile)
    pidfile.unlink(missing_ok=True)
    for path in pidfile.parent.glob("*pid*"):
        if (pid := procfs.pid_in(path)) and not _wrote(pid, path):
            path.unlink(missing_ok=True)


def _remove_leavings(item: Process) -> None:
    """What one that was ended without a word left behind: some do not start where that is."""
    for path in item.leaves:
        Path(path).unlink(missing_ok=True)


def _wrote(pid: int, path: Path) -> bool:
    """Whether the process with this pid may have written the file: it lives, and lived before the file."""
    found = procfs.alive(pid)
    return found is not None and procfs.birth(found) < path.stat().st_mtime + _CLOCK_ERROR


def _foreground(started: _Start, deadline: float) -> str:
    """Wait until the started program has returned; what is wrong, or ""."""
    # With a timeout Popen.wait sleeps, longer and longer.
    if not procfs.over(os.pidfd_open(started.popen.pid), max(0.0, deadline - time.monotonic())):
        started.popen.kill()
        started.popen.wait()
        return f"it did not go into the background within {_START_SECONDS:g} s. {_words(started)}"
    status = started.popen.wait()
    return f"exit status {status}. {_words(started)}" if status else ""


def _backgrounded(item: Process, deadline: float) -> Alive | None:
    while True:
        if found := procfs.alive(procfs.pid_in(Path(item.pidfile))):
            return found
        if time.monotonic() > deadline:
            return None
        time.sleep(_PAUSE)


def _words(started: _Start) -> str:
    """The end of what a daemon printed while it started."""
    started.said.seek(0)
    said = started.said.read().decode(errors="replace").strip()
    return f"It said: {said[-400:]}" if said else "It said nothing"


def _main(record: Record) -> Alive | None:
    found = procfs.alive(record.pid)
    return found if found and found.started == record.started else None


def _running(item: Process) -> Iterable[Alive]:
    """The daemon of an item: by its record, or by its pid file if nobody came to write a record."""
    record = records.read(records.path_of(item))
    if record and (main := _main(record)):
        yield main
        return
    found = procfs.alive(procfs.pid_in(Path(item.pidfile)))
    if found and procfs.arguments(found.pid) == item.argv:
        yield found


def _left_of(dead: Sequence[Record], namespace_of: Callable[[str], int]) -> list[Alive]:
    """What is left of daemons: same session, same namespace, not older. Only looked for where there was one."""
    if not dead:
        return []
    sessions = {record.session: record for record in dead}
    return [
        process
        for process in procfs.everyone()
        if (record := sessions.get(process.session))
        and process.started >= record.started
        # One that is dying has no namespace any more, and holds its pid file's number none the less.
        and procfs.namespace(process.pid) in (0, namespace_of(record.item.netns))
    ]


def _process(op: Op) -> Process:
    assert isinstance(op.item, Process)
    return op.item
