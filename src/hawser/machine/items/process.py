"""A daemon in a namespace. It outlives the agent, which adopts it again after a restart."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from hawser.machine.items.file import file_key
from hawser.machine.items.item import Item, Key, inside

PATIENCE = 5.0
"""Seconds that a daemon gets to end."""


def process_key(netns: str, name: str) -> Key:
    """The key of a daemon in a namespace."""
    return ("process", netns, name)


@dataclass(frozen=True, slots=True)
class Process(Item):
    """``argv`` goes into the background by itself and writes its pid to ``pidfile``.

    ``reads`` are the files it reads at start and at SIGHUP; ``loaded`` is a digest of their contents: when
    only it differs, the process is told to read them again. ``grants`` are what it gives out and remembers
    (leases): of more it is told, one that is taken back wants a new process, which has forgotten it.
    ``needs`` are other keys that must stand first, and while it does; ``follows`` are those that only come first.
    ``patience`` is how many seconds it gets to end by itself once it was told to; 0: it is ended without a word, and
    so without one of its own. ``directory`` is where its record is kept (argv, pid, start time, ``loaded``), below our
    own directories. ``leaves`` are files that it makes and takes away by itself, and leaves behind when it was ended
    without a word. ``opens`` are files that it opens and closes at
    the end of reading the others again: until then it goes by what they said before.
    """

    name: str
    netns: str
    argv: tuple[str, ...]
    pidfile: str
    directory: str
    reads: tuple[str, ...] = ()
    loaded: str = ""
    grants: tuple[str, ...] = ()
    needs: tuple[Key, ...] = field(default=(), compare=False)
    follows: tuple[Key, ...] = field(default=(), compare=False)
    patience: float = field(default=PATIENCE, compare=False)
    leaves: tuple[str, ...] = field(default=(), compare=False)
    opens: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> Key:
        """("process", netns, name)."""
        return process_key(self.netns, self.name)

    def requires(self) -> frozenset[Key]:
        """Its namespace, the files it reads, and what it needs."""
        return inside(self.netns) | {file_key(path) for path in self.reads} | set(self.needs)

    def awaits(self) -> frozenset[Key]:
        """What it follows."""
        return frozenset(self.follows)

    def falls_with(self) -> frozenset[Key]:
        """Nothing: a process keeps its namespace alive, so it is always stopped first."""
        return frozenset()

    def claims(self) -> frozenset[Hashable]:
        """Its pid file."""
        return frozenset({("pidfile", self.pidfile)})

    def can_become(self, other: Item) -> bool:
        """It reads changed files again; other arguments or another place, or less to give, want a new process."""
        if not isinstance(other, Process) or not set(self.grants) <= set(other.grants):
            return False
        return (self.argv, self.pidfile, self.reads) == (other.argv, other.pidfile, other.reads)
