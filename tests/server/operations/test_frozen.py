"""A server that freezes in the middle of a write keeps the others waiting for a short time only."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from hawser.server.model.network import NewNetwork
from hawser.server.service import network
from hawser.server.store.database import LIMITS
from hawser.server.store.session import Store
from tests.server.stage import DEMO, settings

pytestmark = pytest.mark.kernel

FROZEN = """
import os, signal, sys
from hawser.server.store import database
from hawser.server.store.session import Store
from tests.server.stage import settings

database.LIMITS["idle_in_transaction_session_timeout"] = "500ms"
with Store(settings(connection=sys.argv[1])).write() as tx:
    print("writing", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_others_write_on(postgresql):
    connection = postgresql.database()
    store = Store(settings(connection=connection))
    store.upgrade()
    child = subprocess.Popen([sys.executable, "-c", FROZEN, connection], stdout=subprocess.PIPE)
    try:
        assert child.stdout
        assert child.stdout.readline() == b"writing\n"
        assert network.create(store, DEMO, NewNetwork("demo")).segmentation_id == 1
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
        store.close()


def test_every_connection_has_its_limits(postgresql):
    store = Store(settings(connection=postgresql.database()))
    with store.read() as tx:
        told = tx.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    store.close()
    assert told == LIMITS["idle_in_transaction_session_timeout"]
