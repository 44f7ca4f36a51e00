"""The end of a lab: no process, mount, namespace or file of it stays, whatever state it was in."""

from __future__ import annotations

import shutil
import time

from hawser.base.errors import LabError
from hawser.lab import namespaces
from hawser.lab.state import Directory


def remove(directory: Directory, timeout: float = 10.0) -> bool:
    """End every process of the lab, then delete its directory; True if there was anything.

    Processes are found by what they are, not by what was written down: a start that was killed half-way may
    have left some that no record names, and some that are just about to become nodes, so it looks again until
    there is none.
    """
    found_any = directory.path.exists()
    deadline = time.monotonic() + timeout
    while found := namespaces.find(directory.path):
        found_any = True
        namespaces.kill(found)
        if time.monotonic() > deadline:
            raise LabError(f"Something starts nodes of lab '{directory.name}' again and again. See `ps -ef`.")
    shutil.rmtree(directory.path, ignore_errors=True)
    return found_any
