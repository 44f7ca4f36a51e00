"""A store of each kind, and a small cloud to work in: projects, and nodes that say they are alive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hawser.lab.postgresql import PostgreSQL, running
from hawser.server.store.session import Store
from tests.server.stage import Clock, Stage, settings


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
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
