"""A store of each kind, and a small cloud to work in: projects, and nodes that say they are alive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawser.lab.postgresql import PostgreSQL, running
from hawser.server.store.session import Store
from tests.server.databases import Shared, shared
from tests.server.stage import SECRET, Clock, Stage, settings

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


def upgraded(connection: str) -> str:
    """A database with the newest schema. The migrations run once, and tests get copies."""
    store = Store(settings(connection=connection))
    store.upgrade()
    store.close()
    return connection


@pytest.fixture(scope="session")
def newest_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("newest") / "neutron.sqlite"
    upgraded(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def newest_database(postgresql: PostgreSQL) -> str:
    return upgraded(postgresql.database())


@pytest.fixture(params=BOTH)
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the newest schema and nothing in it; what uses it runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("newest_file"), tmp_path / "neutron.sqlite")
        return f"sqlite:///{tmp_path}/neutron.sqlite"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.database(like=request.getfixturevalue("newest_database"))


@pytest.fixture(params=BOTH)
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database of either kind, without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/neutron.sqlite"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture
def store(connection: str) -> Iterator[Store]:
    """A store with the newest schema and nothing in it."""
    store = Store(settings(connection=connection))
    yield store
    store.close()


@pytest.fixture(scope="session")
def staging(tmp_path_factory: pytest.TempPathFactory, newest_file: Path) -> Iterator[tuple[Shared, Clock]]:
    """The database of all stages, and what tells it the time."""
    file = shutil.copy(newest_file, tmp_path_factory.mktemp("stage"))
    clock = Clock()
    with shared(Store(settings(connection=f"sqlite:///{file}", feed_secret=SECRET), clock)) as database:
        yield database, clock


@pytest.fixture
def stage(staging: tuple[Shared, Clock]) -> Stage:
    """A cloud on SQLite with two network nodes, an external network and a clock that is set by hand."""
    database, clock = staging
    clock.reset()
    database.empty()
    stage = Stage(database.store, clock)
    stage.alive("network1", "network2")
    return stage
