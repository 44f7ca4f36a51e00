"""Servers over one PostgreSQL hear of each other's commits."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from hawser.server.model.network import NewNetwork
from hawser.server.service import network
from hawser.server.store.session import Store
from tests.server.stage import DEMO, settings

pytestmark = pytest.mark.service
PATIENCE = 10.0


@pytest.fixture
def stores(postgresql):
    connection = postgresql.database()
    made = [Store(settings(connection=connection)) for _ in range(2)]
    made[0].upgrade()
    yield made
    for each in made:
        each.close()


class Ear:
    """What a store was told of."""

    def __init__(self, store):
        self._told = threading.Event()
        store.changed.listen(self._told.set)

    def hears(self):
        heard = self._told.wait(PATIENCE)
        self._told.clear()
        return heard


def make(store):
    network.create(store, DEMO, NewNetwork("demo"))


def test_a_commit_is_heard_of_by_the_other_server(stores):
    mine, other = stores
    ear = Ear(mine)
    with mine.hearing():
        assert ear.hears(), "whoever begins to listen looks once"
        for _ in range(3):
            make(other)
            assert ear.hears()


def test_a_connection_that_breaks_is_made_again(stores):
    mine, other = stores
    ear = Ear(mine)
    with mine.hearing():
        assert ear.hears()
        with other.write() as tx:
            listeners = text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
            assert tx.execute(listeners).scalar() == 1
        assert ear.hears(), "it is connected again"
        make(other)
        assert ear.hears()
