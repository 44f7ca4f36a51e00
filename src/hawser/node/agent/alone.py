"""One process for each role of a node: two would undo each other's work.

    <state_path>/lock/<role>    locked while an agent runs the role; in it, the agent's pid

The kernel gives a lock back however its holder ends, so nothing is ever left over.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hawser.base.errors import MachineError


@contextmanager
def alone(state_path: Path, roles: Iterable[str]) -> Iterator[None]:
    """Hold the roles. MachineError names the process that runs one of them already."""
    folder = state_path / "lock"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        for role in roles:
            _take(held, folder / role)
        yield


def _take(held: ExitStack, path: Path) -> None:
    handle = held.enter_context(path.open("a+"))
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "another process"
        message = f"The role {path.name} runs on this node already, as process {holder}. End that one first."
        raise MachineError(message) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
