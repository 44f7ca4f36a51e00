"""One started node as its users see it: run a command in it, look at its files, start a daemon."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hawser.base.errors import LabError
from hawser.lab import namespaces
from hawser.lab.state import NodeRecord, ProcessId
from hawser.lab.topology import NodeSpec


class Node:
    """A node of a lab that is up. A node without power raises LabError when something is asked of it."""

    def __init__(self, lab_name: str, spec: NodeSpec, record: NodeRecord) -> None:
        self.lab_name = lab_name
        self.spec = spec
        self.record = record

    @property
    def name(self) -> str:
        """Its host name."""
        return self.spec.name

    @property
    def init(self) -> ProcessId:
        """Its PID 1, as the host knows it; LabError when the node has no power."""
        if self.record.init is None or not self.record.init.alive():
            remedy = f"hawser lab heal {self.name} --name {self.lab_name}"
            raise LabError(f"Node {self.name} has no power. Start it again: {remedy}.")
        return self.record.init

    @property
    def powered(self) -> bool:
        """True while its init runs."""
        return self.record.init is not None and self.record.init.alive()

    def argv(self, command: Sequence[str], end_with: str = "KILL") -> list[str]:
        """What to execute on the host to run ``command`` in the node. The host's process is only its parent:
        when that one ends, the command gets the signal ``end_with``."""
        return namespaces.enter(self.init, ["setpriv", "--pdeathsig", end_with, "--", *command])

    def run(
        self,
        command: Sequence[str],
        *,
        check: bool = True,
        stdin: str | None = None,
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and catch what it says. ``check``: LabError with its words unless it
        answers 0; ``timeout`` in seconds (subprocess.TimeoutExpired)."""
        done = subprocess.run(
            self.argv(command),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=dict(env) if env is not None else None,
        )
        if check and done.returncode:
            words = (done.stderr or done.stdout).strip() or "it said nothing"
            raise LabError(f"On {self.name}, `{' '.join(command)}` answered {done.returncode}: {words}")
        return done

    def popen(
        self, command: Sequence[str], *, end_with: str = "TERM", **options: Any
    ) -> subprocess.Popen[Any]:
        """Start a command and leave it running; other options as those of `subprocess.Popen`. `terminate()`
        ends it by the signal ``end_with`` (`INT` makes ping write its summary)."""
        return subprocess.Popen(self.argv(command, end_with), **options)

    def path(self, path: str) -> Path:
        """A path of the node's file system as the host reaches it, while the node has power."""
        return Path(f"/proc/{self.init.pid}/root") / path.lstrip("/")
