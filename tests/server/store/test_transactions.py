"""All or nothing, one after another, on both databases."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import ip_network

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from hawser.base.errors import BadInput, NotFound, Unavailable
from hawser.server.model.filters import ALL
from hawser.server.model.network import NewNetwork
from hawser.server.model.port import NewPort
from hawser.server.model.router import NewRouter, WantedGateway
from hawser.server.model.subnet import NewSubnet
from hawser.server.service import network, port, report, router, subnet
from hawser.server.store import snapshot
from hawser.server.store.session import Store
from hawser.server.store.tables.columns import METADATA
from hawser.wire.report import AgentState, Report
from tests.server.stage import ADMIN, DEMO, settings

THREADS = 8


@pytest.fixture
def stores(store: Store, connection: str):
    """Two stores over one database, as two servers have."""
    other = Store(settings(connection=connection))
    yield [store, other]
    other.close()


def at_once(jobs):
    """Run all jobs in threads that start together, and give what each returned."""
    start = threading.Barrier(len(jobs))

    def run(job):
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


@contextmanager
def counting():
    """The statements that the databases are sent meanwhile."""
    statements = []

    def note(*args):
        statements.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


def alive(store):
    for host in ("network1", "network2"):
        state = AgentState("L3 agent", "neutron-l3-agent", "nova", 0.0, "", (), {})
        report.take(store, host, Report(agents=(state,)))


def test_the_migrations_make_what_the_tables_say(store, connection):
    url = connection.replace("postgresql://", "postgresql+psycopg://")
    with create_engine(url).connect() as raw:
        assert compare_metadata(MigrationContext.configure(raw), METADATA) == []


def test_an_upgrade_of_the_newest_changes_nothing(store):
    made = network.create(store, DEMO, NewNetwork("demo", "kept"))
    store.upgrade()
    assert network.get(store, DEMO, made.id) == made


def test_servers_that_start_together_upgrade_once(blank):
    stores = [Store(settings(connection=blank)) for _ in range(3)]
    at_once([store.upgrade for store in stores])
    assert network.search(stores[0], ADMIN, ALL) == []
    for store in stores:
        store.close()


def test_no_address_is_given_twice_by_threads_of_two_servers(stores):
    made = network.create(stores[0], DEMO, NewNetwork("demo"))
    subnet.create(stores[0], DEMO, NewSubnet("demo", made.id, ip_network("10.0.0.0/24")))
    jobs = [
        lambda n=n: [port.create(stores[n % 2], DEMO, NewPort("demo", made.id)) for _ in range(6)]
        for n in range(THREADS)
    ]
    ports = [each for few in at_once(jobs) for each in few]
    numbers = sorted(int(each.fixed_ips[0].address) & 255 for each in ports)
    assert numbers == list(range(2, 2 + len(ports)))
    assert len({each.mac for each in ports}) == len(ports)


def test_vrids_are_unique_and_there_is_one_ha_network(stores):
    alive(stores[0])
    jobs = [
        lambda n=n: [router.create(stores[n % 2], DEMO, NewRouter("demo", ha=True)) for _ in range(3)]
        for n in range(THREADS)
    ]
    routers = [each for few in at_once(jobs) for each in few]
    assert sorted(each.vrid for each in routers) == list(range(1, 1 + len(routers)))
    assert len({each.ha_network_id for each in routers}) == 1
    assert len(network.search(stores[1], ADMIN, ALL)) == 1


def test_segments_are_unique_under_threads(stores):
    jobs = [lambda n=n: network.create(stores[n % 2], DEMO, NewNetwork("demo")) for n in range(THREADS)]
    assert sorted(each.segmentation_id for each in at_once(jobs)) == list(range(1, 1 + THREADS))


def test_a_create_that_fails_at_its_end_leaves_nothing_of_its_beginning(store):
    alive(store)
    before = snapshot.fill(store)
    draft = NewRouter("demo", ha=True, gateway=WantedGateway("nowhere"))
    with pytest.raises(NotFound):
        router.create(store, DEMO, draft)
    assert snapshot.fill(store) == before
    assert network.create(store, DEMO, NewNetwork("demo")).revision == before.revision + 1


KILLED = """
import os, signal, sys
from hawser.server.model.network import NewNetwork
from hawser.server.service import network, segment
from hawser.server.store.session import Store
from tests.server.stage import settings

with Store(settings(connection=sys.argv[1])).write() as tx:
    draft = NewNetwork("demo")
    made = network.make(tx, draft, segment.choose(tx, draft))
    print(made.id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_that_is_killed_in_the_middle_leaves_nothing_and_holds_nobody_up(store, connection):
    before = snapshot.fill(store)
    child = [sys.executable, "-c", KILLED, connection]
    run = subprocess.run(child, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, len(run.stdout.split())) == (-signal.SIGKILL, 1), run.stderr
    assert snapshot.fill(store) == before
    assert network.create(store, DEMO, NewNetwork("demo")).segmentation_id == 1


def test_of_several_that_are_made_together_none_is_made_where_one_cannot_be(store):
    drafts = [NewNetwork("demo", "good"), NewNetwork("demo", "bad", mtu=99999)]
    with pytest.raises(BadInput, match="mtu"):
        network.create_many(store, DEMO, drafts)
    assert network.search(store, DEMO, ALL) == []


def test_who_listens_hears_of_commits_and_of_nothing_else(store):
    heard = []
    stop = store.changed.listen(lambda: heard.append(1))
    network.search(store, DEMO, ALL)
    with store.write():
        pass
    assert heard == []
    network.create(store, DEMO, NewNetwork("demo"))
    assert heard == [1]
    stop()
    network.create(store, DEMO, NewNetwork("demo"))
    assert heard == [1]


def test_a_list_takes_as_many_queries_for_many_as_for_few(store):
    made = network.create(store, DEMO, NewNetwork("demo"))
    subnet.create(store, DEMO, NewSubnet("demo", made.id, ip_network("10.0.0.0/24")))
    counts = []
    for _ in range(2):
        port.create_many(store, DEMO, [NewPort("demo", made.id) for _ in range(10)])
        with counting() as queries:
            found = port.search(store, DEMO, ALL)
        counts.append((len(found), len(queries)))
    (few, queries_for_few), (many, queries_for_many) = counts
    assert many > few
    assert queries_for_many == queries_for_few <= 4


def test_a_database_that_is_not_there_is_unavailable(tmp_path):
    store = Store(settings(connection=f"postgresql://nobody@/none?host={tmp_path}"))
    with pytest.raises(Unavailable, match="database"):
        store.upgrade()


@pytest.mark.parametrize("url", ["mysql://h/db", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_a_connection_that_cannot_be_is_named(url):
    with pytest.raises(BadInput, match="connection"):
        Store(settings(connection=url))
