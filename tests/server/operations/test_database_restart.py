"""PostgreSQL is restarted under writers: what was acknowledged stays, and the servers go on by themselves."""

from __future__ import annotations

import pytest

from hawser.lab import postgresql
from tests.server.operations.servers import Server, l3_agent, until
from tests.server.operations.writers import (
    WRITERS,
    Writers,
    assert_nothing_lost,
    assert_nothing_twice,
    begin,
)

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(180)]
ENOUGH = 40
NO_QUOTAS = "[quotas]\nquota_network = -1\nquota_port = -1\nquota_router = -1"


def test_nothing_is_lost_and_nothing_fails_afterwards(tmp_path):
    with postgresql.running(durable=True) as database:
        server = Server(tmp_path, database.database(), more=NO_QUOTAS)
        for host in ("network1", "network2"):
            server.report(host, l3_agent(host))
        try:
            with Writers([server], begin(server)) as writers:
                until(lambda: writers.told.count() > ENOUGH)
                database.restart()
                made = writers.told.count()
                refused = len(writers.told.refused)
                until(lambda: writers.told.count() > made + ENOUGH)
            assert {each[:3] for each in writers.told.refused} <= {"503"}
            assert len(writers.told.refused) - refused <= WRITERS  # those that were under way
            assert writers.told.broken == {}
            assert_nothing_lost(server, writers.told)
            assert_nothing_twice(server)
        finally:
            server.end()
