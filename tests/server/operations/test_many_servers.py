"""Servers side by side over one database: one may die under load, and nothing is lost or given twice."""

from __future__ import annotations

import pytest

from tests.server.operations.nodes import Watcher
from tests.server.operations.servers import Server, l3_agent, until
from tests.server.operations.writers import (
    Writers,
    assert_nothing_lost,
    assert_nothing_twice,
    begin,
    listed,
)

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(180)]
HOSTS = ("network1", "network2")
ENOUGH = 150
"""Acknowledged writes before, and after, what happens."""
NO_QUOTAS = "[quotas]\nquota_network = -1\nquota_port = -1\nquota_router = -1"


@pytest.fixture
def servers(postgresql, tmp_path):
    """Two, over one PostgreSQL, and two nodes that live."""
    connection = postgresql.database()
    started = [Server(tmp_path, connection, more=NO_QUOTAS, name=name) for name in ("one", "two")]
    for host in HOSTS:
        started[0].report(host, l3_agent(host))
    yield started
    for server in started:
        server.end()


def ids(server: Server, collection: str) -> set[str]:
    return {one["id"] for one in listed(server, collection)}


def vrids(watcher: Watcher) -> list[int]:
    return sorted(router.ha.vrid for router in watcher.intent.routers if router.ha)


def test_one_of_two_servers_is_killed_under_load(servers):
    doomed, other = servers
    with Watcher(HOSTS[0], doomed, other) as watcher:
        with Writers(servers, begin(doomed)) as writers:
            until(lambda: writers.told.count() > ENOUGH and watcher.routers)
            doomed.kill()
            until(lambda: writers.told.count() > 2 * ENOUGH)
        assert writers.told.refused == []
        assert set(writers.told.broken) == {doomed.url}
        assert_nothing_lost(other, writers.told)
        assert_nothing_twice(other)
        until(lambda: watcher.routers == ids(other, "routers"))
        assert len(set(vrids(watcher))) == len(watcher.routers)


def test_writers_at_two_servers_never_collide(servers):
    with Watcher(HOSTS[1], *servers) as watcher:
        with Writers(servers, begin(servers[0])) as writers:
            until(lambda: writers.told.count() > 2 * ENOUGH)
        assert (writers.told.refused, writers.told.broken) == ([], {})
        for server in servers:
            assert_nothing_lost(server, writers.told)
            assert_nothing_twice(server)
        until(lambda: watcher.routers == ids(servers[0], "routers"))
        assert len(set(vrids(watcher))) == len(watcher.routers)


def test_writers_at_two_workers_over_sqlite_wait_for_each_other(tmp_path):
    server = Server(tmp_path, f"sqlite:///{tmp_path}/neutron.sqlite", "api_workers = 2", more=NO_QUOTAS)
    try:
        for host in HOSTS:
            server.report(host, l3_agent(host))
        with Writers([server], begin(server)) as writers:
            until(lambda: writers.told.count() > 2 * ENOUGH)
        assert (writers.told.refused, writers.told.broken) == ([], {})
        assert_nothing_lost(server, writers.told)
        assert_nothing_twice(server)
    finally:
        server.end()
