"""How many things a project has is counted once, and every limit holds all the same."""

import pytest

from hawser.base.errors import Conflict
from hawser.server.model.network import NewNetwork
from hawser.server.service import network, quota
from hawser.server.store.session import Store
from tests.server.stage import DEMO, settings
from tests.server.store.test_transactions import counting

MOST = 5


@pytest.fixture
def limited(connection):
    """Stores of two servers over one database, where a project may have few networks."""
    few = settings().quotas | {"network": MOST}
    stores = [Store(settings(connection=connection, quotas=few)) for _ in range(2)]
    stores[0].upgrade()
    yield stores
    for store in stores:
        store.close()


def make(store):
    return network.create(store, DEMO, NewNetwork("demo")).id


def assert_full(store):
    with pytest.raises(Conflict, match="Quota exceeded"):
        make(store)


def test_a_limit_holds_across_servers_and_undone_writes(limited):
    for number in range(MOST):
        make(limited[number % 2])
    for store in (*limited, *limited):
        assert_full(store)


def test_what_was_removed_makes_room_again(limited):
    store = limited[0]
    made = [make(store) for _ in range(MOST)]
    for id in made:
        network.delete(store, DEMO, id)
        make(store)
        assert_full(store)


def test_a_limit_that_changes_holds_at_once(limited):
    store = limited[0]
    for _ in range(MOST):
        make(store)
    quota.update(store, "demo", {"network": MOST + 2})
    make(store)
    make(store)
    assert_full(store)
    quota.update(store, "demo", {"network": MOST})
    assert_full(store)


def test_things_are_not_counted_for_every_one_that_is_made(limited):
    store = limited[0]
    make(store)
    with counting() as statements:
        make(store)
        make(store)
    assert [each for each in statements if "count(" in each] == []
