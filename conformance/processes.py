"""Services as processes of this one: awaited until they answer, and stopped whatever happens."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from hawser.base.errors import LabError
from hawser.lab.ports import LOOPBACK

PATIENCE = 60.0
"""Seconds that a service is given to answer."""


def free_ports(*names: str) -> dict[str, int]:
    """A port of the loopback for each name that nobody listens on now."""
    held = {name: socket.create_server((LOOPBACK, 0)) for name in names}
    try:
        return {name: listener.getsockname()[1] for name, listener in held.items()}
    finally:
        for listener in held.values():
            listener.close()


@contextmanager
def service(
    argv: Sequence[str], log: Path, url: str, changes: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A process, by its id, from when it answers at ``url`` until the block ends. ``changes`` are made to its
    environment."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(changes or {})},
        )
    try:
        _await(process, log, url)
        yield process.pid
    finally:
        _stop(process)


def _await(process: subprocess.Popen[bytes], log: Path, url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    # No proxy of the environment stands between this client and the service.
    with httpx.Client(timeout=2.0, trust_env=False) as client:
        while not _answers(client, url):
            if process.poll() is not None or time.monotonic() > deadline:
                said = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                raise LabError(f"{process.args!r} does not serve {url}. It said:\n{said}")
            time.sleep(0.1)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code < 500
    except httpx.HTTPError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
