"""The driver of translations: ends the connections of a namespace that may no longer be (ctnetlink).

What connections were last held against is on record in a file: the kernel lists one namespace's connections by going
through those of all, which is too slow to be done whenever the machine is looked at.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers.files import prune, walk
from hawser.machine.drivers.kernel import Kernel, refused
from hawser.machine.drivers.netlink import NETFILTER, Request, Socket, attribute, attributes
from hawser.machine.items.item import Item
from hawser.machine.items.translations import Connection, Translations, Way
from hawser.machine.plan import Op, Verb

_RECORD = "connections.translations"
_COUNT = Path("/proc/sys/net/netfilter/nf_conntrack_count")
_GET, _DELETE = 1 << 8 | 1, 1 << 8 | 2
_IPV4 = struct.pack("=BBH", 2, 0, 0)
_ORIGINAL, _REPLY = 1, 2
_NESTED = 0x8000


class TranslationsDriver(Prompt):
    """One list of connections a namespace whose ways change; none where it has no connection, or goes: its connections
    go with it, and where others have copies of them they live on there."""

    kinds = (Translations,)

    def __init__(self, kernel: Kernel, directories: Sequence[PurePosixPath]) -> None:
        self._namespaces = kernel.namespaces
        self._directories = [Path(directory) for directory in directories]

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """What is on record below our directories."""
        for directory in self._directories:
            for path in walk(directory):
                if path.name == _RECORD and (item := _read(path)):
                    yield item

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One namespace after the other; the record is written last."""
        return [self._one(op) for op in ops]

    def _one(self, op: Op) -> MachineError | None:
        item = op.item
        assert isinstance(item, Translations)
        try:
            if op.verb is Verb.DELETE:
                self._forget(item)
                return None
            if not isinstance(op.was, Translations) or op.was.differs(item):
                self._end(item)
            _write(item)
        except (MachineError, OSError) as error:
            return refused(op, str(error))
        return None

    def _end(self, allowed: Translations) -> None:
        if not self._namespaces.identity(allowed.netns):
            return
        with self._namespaces.entered(allowed.netns):
            # Without the file nobody follows connections here yet.
            if not _COUNT.exists() or _COUNT.read_text() == "0\n":
                return
            ear = Socket(NETFILTER)
        try:
            ear.request([_end(each) for each in _connections(ear) if not allowed.allows(each)])
        finally:
            ear.close()

    def _forget(self, item: Translations) -> None:
        (Path(item.directory) / _RECORD).unlink(missing_ok=True)
        prune(Path(item.directory), self._directories)


def _connections(ear: Socket) -> Iterator[Connection]:
    for _, body in ear.dump(_GET, _IPV4):
        found = attributes(body, len(_IPV4))
        (came, protocol), (answers, _) = _tuple(found[_ORIGINAL]), _tuple(found[_REPLY])
        yield Connection(
            protocol=protocol[1][0],
            source=IPv4Address(came[1]),
            destination=IPv4Address(came[2]),
            port=int.from_bytes(protocol.get(3, b""), "big"),
            answers_from=IPv4Address(answers[1]),
            answers_to=IPv4Address(answers[2]),
            handle=found[_ORIGINAL],
        )


def _tuple(data: bytes) -> tuple[Mapping[int, bytes], Mapping[int, bytes]]:
    """The addresses (1 source, 2 destination), and the protocol (1) with its ports (2, 3)."""
    parts = attributes(data)
    return attributes(parts[1]), attributes(parts[2])


def _end(connection: Connection) -> Request:
    return Request(_DELETE, _IPV4 + attribute(_ORIGINAL | _NESTED, connection.handle))


def _write(item: Translations) -> None:
    """Keep a record; whole or not at all."""
    path = Path(item.directory) / _RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    ways = [[str(w.outer), str(w.inner), w.protocol, w.first, w.last] for w in item.ways]
    draft = path.with_name(f".{path.name}.new")
    outside = str(item.outside) if item.outside else None
    draft.write_text(json.dumps({"netns": item.netns, "outside": outside, "ways": ways}))
    draft.rename(path)


def _read(path: Path) -> Translations | None:
    """The record in a file; None if there is none, or it cannot be understood."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(path.read_text())
        ways = tuple(
            Way(IPv4Address(outer), IPv4Address(inner), *rest) for outer, inner, *rest in found["ways"]
        )
        outside = IPv4Address(found["outside"]) if found["outside"] else None
        return Translations(found["netns"], str(path.parent), outside, ways)
    return None
