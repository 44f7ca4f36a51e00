"""The driver of daemons: start in a namespace, tell to read again, stop, adopt after an agent's restart.

A daemon goes into the background by itself and writes its pid file; it is ours by its record (`records`). It
does not hang on the agent: it has its own session, and no open file of the agent's.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Finish
from hawser.machine.drivers import launching, procfs, records
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.launching import Launched
from hawser.machine.drivers.procfs import Alive
from hawser.machine.drivers.readings import Readings
from hawser.machine.drivers.records import Record
from hawser.machine.items.item import Item, Key
from hawser.machine.items.process import PATIENCE, Process
from hawser.machine.plan import Op, Verb

_RELOAD_SECONDS = 0.5
"""So long at most a daemon is waited for that was told to read its files again."""


_Answered = Mapping[int, MachineError | None]
"""By ops' places in their batch."""
_Wait = Callable[[], _Answered]


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
        chosen = {verb: {place: op for place, op in enumerate(ops) if op.verb is verb} for verb in Verb}
        waits = (
            self._tell(chosen[Verb.CHANGE]),
            self._end(chosen[Verb.DELETE]),
            self._start(chosen[Verb.CREATE]),
        )

        def finish() -> Answers:
            answers = {place: answer for wait in waits for place, answer in wait().items()}
            return [answers[place] for place in range(len(ops))]

        return finish

    def _tell(self, ops: Mapping[int, Op]) -> _Wait:
        """What they go by until they have read their files again must not go before."""
        readings = Readings(path for op in ops.values() for path in _process(op).opens)
        told = {place: self._reload(op) for place, op in ops.items()}
        deadline = time.monotonic() + _RELOAD_SECONDS

        def wait() -> _Answered:
            readings.wait(deadline)
            readings.close()
            return told

        return wait

    def _end(self, ops: Mapping[int, Op]) -> _Wait:
        items = [_process(op) for op in ops.values()]
        leaving = self._ask(items)

        def wait() -> _Answered:
            self._stop(items, leaving)
            for item in items:
                launching.remove_stale_pidfiles(item)
                records.remove(item, self._directories)
            return dict.fromkeys(ops)

        return wait

    def _start(self, ops: Mapping[int, Op]) -> _Wait:
        in_the_way = [_process(op) for op in ops.values()]
        self._stop(in_the_way, self._ask(in_the_way))
        launched = {place: launching.launch(_process(op), self._namespaces) for place, op in ops.items()}
        deadline = time.monotonic() + launching.SECONDS
        return lambda: {place: self._settle(ops[place], each, deadline) for place, each in launched.items()}

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

    def _settle(self, op: Op, launched: Launched | str, deadline: float) -> MachineError | None:
        """Record it once it is in the background."""
        found = launched if isinstance(launched, str) else launching.settle(launched, deadline)
        if isinstance(found, str):
            return refused(op, found)
        item = _process(op)
        records.write(Record(item, found.pid, found.started, found.session, self._bound(item)))
        return None


def _force(processes: Iterable[Alive]) -> None:
    """End them without a word, all at once."""
    killed = tuple(processes)
    for process in killed:
        procfs.send(process, signal.SIGKILL)
    for process in killed:
        procfs.ended(process, PATIENCE)


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
