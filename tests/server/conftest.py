"""A store of each kind, and a small cloud to work in: projects, and nodes that say they are alive."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hawser.server.store.session import Store
from tests.server.stage import Clock, Stage, settings

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")


class PostgreSQL:
    """A PostgreSQL server of the tests' own, on a socket in its directory only."""

    def __init__(self, directory: Path) -> None:
        shutil.chown(directory, "postgres", "postgres")
        self.directory = directory
        self._made = 0
        data = directory / "data"
        initdb = [POSTGRESQL / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run(
            initdb, check=True, user="postgres", group="postgres", cwd=directory, capture_output=True
        )
        options = ["-k", str(directory), "-c", "listen_addresses=", "-c", "fsync=off"]
        with (directory / "log").open("w") as log:
            self._process = subprocess.Popen(
                [POSTGRESQL / "postgres", "-D", data, *options],
                user="postgres",
                group="postgres",
                extra_groups=[],
                cwd=directory,
                stderr=log,
            )
        self._wait()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.directory), user="postgres", dbname="postgres", autocommit=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise AssertionError((self.directory / "log").read_text()) from None
                time.sleep(0.05)

    def database(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        name = f"test{self._made}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={self.directory}"

    def stop(self) -> None:
        """Stop the server, whoever is connected."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    assert POSTGRESQL.is_dir(), "PostgreSQL 15 is missing: run scripts/setup dev"
    assert os.getuid() == 0, "PostgreSQL is run as user postgres, which only root can start"
    directory = Path(tempfile.mkdtemp(prefix="hawser-postgresql-"))
    try:
        server = PostgreSQL(directory)
        yield server
        server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.kernel)])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/neutron.sqlite"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture
def store(connection: str) -> Iterator[Store]:
    """A store with the newest schema and nothing in it."""
    store = Store(settings(connection=connection))
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A cloud on SQLite with two network nodes, an external network and a clock that is set by hand."""
    clock = Clock()
    store = Store(settings(connection=f"sqlite:///{tmp_path}/neutron.sqlite"), clock)
    store.upgrade()
    stage = Stage(store, clock)
    stage.alive("network1", "network2")
    yield stage
    store.close()
