"""A PostgreSQL server for tests and measurements: in a directory of its own, on a socket there only, gone after
use.

with postgresql.running() as server:
    Store(replace(settings, connection=server.database()))
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from hawser.base.errors import LabError

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_PATIENCE = 20.0
"""Seconds that the server is given to start, and to stop."""


@contextmanager
def running(durable: bool = False) -> Iterator[PostgreSQL]:
    """A server until the block ends; ``durable`` ones wait for the disk, as a cluster's do.

    LabError where it is not installed, or this is not root.
    """
    if not PROGRAMS.is_dir():
        raise LabError("PostgreSQL 15 is missing. Install it: scripts/setup dev.")
    if os.getuid() != 0:
        raise LabError("PostgreSQL is run as the user postgres, which only root can start. Run as root.")
    directory = Path(tempfile.mkdtemp(prefix="hawser-postgresql-"))
    try:
        server = PostgreSQL(directory, durable)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class PostgreSQL:
    """Use `running`. What it holds is thrown away, so it need not wait for the disk."""

    def __init__(self, directory: Path, durable: bool) -> None:
        shutil.chown(directory, "postgres", "postgres")
        self.directory = directory
        self._made = 0
        data = directory / "data"
        initdb = [str(PROGRAMS / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run(
            initdb, check=True, user="postgres", group="postgres", cwd=directory, capture_output=True
        )
        fsync = f"fsync={'on' if durable else 'off'}"
        options = ["-k", str(directory), "-c", "listen_addresses=", "-c", fsync]
        self._command = [str(PROGRAMS / "postgres"), "-D", str(data), *options]
        self._start()

    def database(self, like: str = "") -> str:
        """The URL of a new database: empty, or a copy of that at the URL ``like``, to which nobody is connected."""
        self._made += 1
        name = f"test{self._made}"
        template = urlsplit(like).path.lstrip("/") or "template1"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return f"postgresql://postgres@/{name}?host={self.directory}"

    def restart(self) -> None:
        """Stop the server, whoever is connected, and start it again with all that it holds."""
        self.stop()
        self._start()

    def stop(self) -> None:
        """Stop the server, whoever is connected."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(_PATIENCE)

    def _start(self) -> None:
        with (self.directory / "log").open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                user="postgres",
                group="postgres",
                extra_groups=[],
                cwd=self.directory,
                stderr=log,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.directory), user="postgres", dbname="postgres", autocommit=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise LabError((self.directory / "log").read_text()) from None
                time.sleep(0.05)
