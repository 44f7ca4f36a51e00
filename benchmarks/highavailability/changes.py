"""What changed on a node between two moments: told by its kernel, its files and its processes, not by its agent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hawser.base.errors import LabError
from hawser.lab.node import Node

PROGRAM = Path(__file__).with_name("changes_process.py")
FOLDERS = ("/var/lib/neutron",)
DAEMONS = ("keepalived", "conntrackd", "dnsmasq", "radvd")


class Changes:
    """Listens on a node from when this is made until `stop`."""

    def __init__(self, node: Node) -> None:
        """LabError if the kernel cannot be listened to."""
        self._node = node
        argv = [sys.executable, str(PROGRAM)]
        self._process = node.popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise LabError(f"The kernel of {node.name} cannot be listened to: see {PROGRAM.name}.")
        self._files, self._daemons = _files(node), _daemons(node)

    def stop(self) -> Mapping[str, int]:
        """How many of each kind there were: messages of the kernel, files, processes; empty where there were none."""
        said, _ = self._process.communicate(timeout=30)
        if self._process.returncode:
            raise LabError(f"More changed on {self._node.name} than could be counted.")
        kinds = {kind: int(times) for kind, times in (line.split() for line in said.splitlines())}
        kinds["file"] = len(self._files.items() ^ _files(self._node).items())
        kinds["process"] = len(self._daemons ^ _daemons(self._node))
        return {kind: times for kind, times in kinds.items() if times}


def _files(node: Node) -> dict[str, tuple[int, int]]:
    """When each file was written last, and its inode."""
    found = (path for folder in FOLDERS for path in node.path(folder).rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


def _daemons(node: Node) -> set[str]:
    return set(node.run(["pidof", *DAEMONS], check=False).stdout.split())
