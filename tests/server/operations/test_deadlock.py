"""Who else works in the database may cross the server's locks: the request is done all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.server.operations.servers import PATIENCE, Server, until

pytestmark = pytest.mark.service
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
def connection(postgresql):
    return postgresql.database()


@pytest.fixture
def server(tmp_path, connection):
    server = Server(tmp_path, connection)
    yield server
    server.end()


def create(server):
    with server.client() as client:
        return client.post("/networks", json={"network": {"name": "made"}})


def test_a_write_that_loses_a_deadlock_is_tried_again(server, connection):
    with (
        psycopg.connect(connection) as other,
        psycopg.connect(connection, autocommit=True) as watching,
        ThreadPoolExecutor() as pool,
    ):
        other.execute("SET deadlock_timeout = '1h'")  # so that it is the server who gives way
        other.execute("LOCK TABLE networks IN ACCESS EXCLUSIVE MODE")
        answer = pool.submit(create, server)
        until(lambda: watching.execute(WAITING).fetchone() == (1,))
        other.execute("SELECT * FROM revision_counter FOR UPDATE")
        other.rollback()
        assert answer.result(PATIENCE).status_code == 201
    assert "a transaction is tried again: " in server.log
    with server.client() as client:
        assert len(client.get("/networks").json()["networks"]) == 1
