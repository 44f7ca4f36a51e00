"""`/healthcheck` says that the process answers, `/healthcheck/ready` that it can serve. Both are open to all."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from hawser.base.errors import Unavailable
from hawser.lab import postgresql
from hawser.server.api.ready import Readiness
from tests.server.operations.servers import Server


def ask(readiness, times=1):
    app = Starlette(routes=[Route("/", readiness.answer)])

    async def send():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://controller") as client:
            return await asyncio.gather(*(client.get("/") for _ in range(times)))

    return asyncio.run(send())


def test_a_server_whose_database_answers_is_ready():
    (answer,) = ask(Readiness(lambda: None))
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "down": []})


def test_the_neighbour_that_is_down_is_named_and_its_address_is_not():
    def refuse():
        raise Unavailable("The database does not answer: 192.0.2.7 refuses")

    (answer,) = ask(Readiness(refuse))
    assert (answer.status_code, answer.json()["down"]) == (503, ["database"])
    assert "192.0.2.7" not in answer.text


def test_a_database_that_hangs_is_asked_once_and_holds_nobody_up():
    asked, released = [], threading.Event()

    def hang():
        asked.append(1)
        released.wait(20)

    try:
        readiness = Readiness(hang, patience=0.05)
        threading.Timer(0.3, released.set).start()  # asyncio.run waits for its threads
        answers = ask(readiness, times=5)
    finally:
        released.set()
    assert [answer.status_code for answer in answers] == [503] * 5
    assert len(asked) == 1


@pytest.mark.service
def test_a_server_says_when_its_database_is_gone_and_lives_on(tmp_path):
    with postgresql.running() as database:
        server = Server(tmp_path, database.database())
        try:
            ready = f"{server.url}/healthcheck/ready"
            assert httpx.get(ready, trust_env=False).status_code == 200
            assert httpx.head(ready, trust_env=False).status_code == 200
            database.stop()
            assert httpx.get(ready, trust_env=False).status_code == 503
            assert httpx.head(ready, trust_env=False).status_code == 503
            assert httpx.head(f"{server.url}/healthcheck", trust_env=False).status_code == 200
        finally:
            server.end()
    assert server.process.returncode == 0
