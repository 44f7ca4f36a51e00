"""Connections that the database ended while nobody used them are no reason to fail."""

from __future__ import annotations

import psycopg
import pytest

from hawser.base.errors import Unavailable
from hawser.server.model.filters import ALL
from hawser.server.model.network import NewNetwork
from hawser.server.service import network
from hawser.server.store.session import Store
from tests.server.stage import DEMO, settings

pytestmark = pytest.mark.service
_END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() \
AND pid <> pg_backend_pid()"
)


@pytest.fixture
def ending(postgresql):
    """A store, and what ends all connections to its database."""
    url = postgresql.database()
    store = Store(settings(connection=url))
    store.upgrade()

    def end():
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute(_END_OTHERS).fetchall()

    yield store, end
    store.close()


def test_who_comes_next_has_another(ending):
    store, end = ending
    made = network.create(store, DEMO, NewNetwork("demo"))
    end()
    assert network.get(store, DEMO, made.id) == made
    end()
    network.create(store, DEMO, NewNetwork("demo"))
    assert len(network.search(store, DEMO, ALL)) == 2


def test_a_write_that_loses_its_connection_is_not_done(ending):
    store, end = ending
    with pytest.raises(Unavailable), store.write() as tx:
        tx.touch("networks", "n")
        end()
    with store.read() as tx:
        assert tx.base_revision == 0
    made = network.create(store, DEMO, NewNetwork("demo"))
    assert network.search(store, DEMO, ALL) == [made]
