"""What a writer remembers is what it would read, whoever wrote in between and whatever was undone."""

import pytest

from hawser.server.model.network import NetworkChanges, NewNetwork
from hawser.server.service import network
from hawser.server.store.session import Store
from hawser.server.store.tables.network import networks
from tests.server.stage import ADMIN, settings


@pytest.fixture
def other(connection):
    """Another server's store over the same database."""
    store = Store(settings(connection=connection))
    yield store
    store.close()


def name(store, id):
    with store.write() as tx:
        return networks.get(tx, id).name


def renamed(store, id, to):
    network.update(store, ADMIN, id, NetworkChanges(name=to))


def test_a_writer_sees_its_own_changes_and_those_of_others(store, other):
    id = network.create(store, ADMIN, NewNetwork("demo", name="a")).id
    assert (name(store, id), name(other, id)) == ("a", "a")
    renamed(store, id, "b")
    assert (name(store, id), name(other, id)) == ("b", "b")
    renamed(other, id, "c")
    assert (name(store, id), name(other, id)) == ("c", "c")


def test_what_was_read_in_a_write_that_is_undone_is_forgotten(store):
    id = network.create(store, ADMIN, NewNetwork("demo", name="a")).id
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        networks.change(tx, id, name="never")
        assert networks.get(tx, id).name == "never"
        _ = 1 / 0
    assert name(store, id) == "a"


def test_a_network_is_read_once_for_many_writes(store):
    id = network.create(store, ADMIN, NewNetwork("demo", name="a")).id
    with store.write() as tx:
        first = networks.get(tx, id)
    with store.write() as tx:
        assert networks.get(tx, id) is first
