"""The driver of files: below our own directories, with our mark, written whole or not at all.

A file of a few bytes that keeps its length and its mode is written over, which is a tenth of the work of a new one:
so are the files of one number that are written when every millisecond counts.

The mark tells a file of ours from what daemons leave beside it (pid files, leases). A file is not forced to the
disk: after a power cut the agent writes it again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from hawser.base.errors import MachineError
from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers.kernel import refused
from hawser.machine.items.file import File
from hawser.machine.items.item import Item
from hawser.machine.ownership import FILE_MARK
from hawser.machine.plan import Op, Verb

A_FEW = 64
"""Bytes that nobody sees half written, however they are written."""


class FileDriver(Prompt):
    """Reads and writes files; removes directories that became empty, up to our own ones."""

    kinds = (File,)

    def __init__(self, directories: Sequence[PurePosixPath]) -> None:
        self._directories = [Path(directory) for directory in directories]

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """Every file with our mark below our directories."""
        for directory in self._directories:
            for path in walk(directory):
                if _marked(path) and (item := _file(path)):
                    yield item

    def apply(self, ops: Sequence[Op]) -> Answers:
        """Drafts first, then all at once: who waits for one does not take the processor before all are there."""
        drafts = [self._draft(op) for op in ops]
        return [self._place(op, draft) for op, draft in zip(ops, drafts, strict=True)]

    def _draft(self, op: Op) -> int | MachineError | None:
        """What is left to be done: a handle, that is to be closed, of one that is written over; None: the rest."""
        item = _file_of(op)
        try:
            if op.verb is Verb.CHANGE and (handle := _overwrite(item)) is not None:
                return handle
            if op.verb is not Verb.DELETE:
                _write_draft(Path(item.path), item.content, item.mode)
        except OSError as error:
            return refused(op, str(error))
        return None

    def _place(self, op: Op, draft: int | MachineError | None) -> MachineError | None:
        if isinstance(draft, MachineError):
            return draft
        path = Path(_file_of(op).path)
        try:
            if draft is not None:
                os.close(draft)  # who watches the file is told now
            elif op.verb is not Verb.DELETE:
                _draft_of(path).rename(path)
            elif path.exists() and not _marked(path):
                return refused(op, "the file has not our mark, so it is not ours. Remove it by hand")
            else:
                path.unlink(missing_ok=True)
                prune(path.parent, self._directories)
        except OSError as error:
            return refused(op, str(error))
        return None


def walk(directory: Path) -> Iterator[Path]:
    """All plain files below a directory, without following links; none if it is not there."""
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def prune(directory: Path, roots: Collection[Path]) -> None:
    """Remove a directory if it is empty, and then its parents, but none of ``roots`` nor what is above."""
    with suppress(OSError):
        while directory not in roots and any(directory.is_relative_to(root) for root in roots):
            directory.rmdir()
            directory = directory.parent


def _file_of(op: Op) -> File:
    assert isinstance(op.item, File)
    return op.item


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _overwrite(item: File) -> int | None:
    """Write over the file as it stands, if it is small and has this length and mode; a handle of it, else None."""
    content = item.content.encode()
    if len(content) > A_FEW:
        return None
    try:
        handle = os.open(item.path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    stands = os.fstat(handle)
    if (stands.st_size, stat.S_IMODE(stands.st_mode)) == (len(content), item.mode):
        os.pwrite(handle, content, 0)
        return handle
    os.close(handle)
    return None


def _write_draft(path: Path, content: str, mode: int) -> None:
    """Write a file of ours, secret until it is whole, with our mark; to be renamed into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft_of(path)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)
    draft.chmod(mode)
    os.setxattr(draft, FILE_MARK, b"1")


def _marked(path: Path) -> bool:
    try:
        os.getxattr(path, FILE_MARK, follow_symlinks=False)
    except OSError:
        return False
    return True


def _file(path: Path) -> File | None:
    """None where the file went meanwhile. Bytes that are no text read as marks, so that the file is written anew."""
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
        return File(str(path), path.read_text(encoding="utf-8", errors="replace"), mode)
    return None
