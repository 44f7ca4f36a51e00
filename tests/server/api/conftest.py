"""A server over a real store on each database, without identity: callers are who their headers say."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from tests.server.conftest import BOTH
from tests.server.stage import default_settings

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
MEMBER = {"X-Roles": "member,reader"}


class Client:
    """A caller of one project; every method gives the whole response."""

    def __init__(self, app: Any, project: str, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = {"X-Project-Id": project, **headers}

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://controller:9696") as client:
                headers = {**self._headers, **more.pop("headers", {})}
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(send())

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self("GET", f"/v2.0{path}", params=query or None)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self("POST", f"/v2.0{path}", json=body)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self("PUT", f"/v2.0{path}", json=body)

    def delete(self, path: str) -> httpx.Response:
        return self("DELETE", f"/v2.0{path}")

    def make(self, noun: str, path: str = "", **attributes: Any) -> dict[str, Any]:
        """A new thing, as the answer shows it."""
        answer = self.post(f"/{path or noun + 's'}", {noun: attributes})
        assert answer.status_code == 201, answer.text
        return answer.json()[noun]


@pytest.fixture(scope="session")
def emptied(postgresql, newest_database):
    """A database, and what makes it what it was after the migrations: far quicker than a new one for every test."""
    url = postgresql.database(like=newest_database)
    with psycopg.connect(url, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        kept = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        wipe = "".join(f"DELETE FROM {name};" for name in tables)

        def empty():
            connection.execute(f"SET session_replication_role = replica; {wipe}")
            for name, rows in kept.items():
                for row in rows:
                    places = ", ".join(["%s"] * len(row))
                    connection.execute(f"INSERT INTO {name} VALUES ({places})", row)

        yield url, empty


@pytest.fixture(params=BOTH)
def connection(request):
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    url, empty = request.getfixturevalue("emptied")
    yield url
    empty()


@pytest.fixture
def settings(tmp_path, connection):
    return replace(default_settings(), state_path=tmp_path, connection=connection, feed_secret="secret")


@pytest.fixture
def store(settings):
    store = Store(settings)
    yield store
    store.close()


@pytest.fixture
def app(store, settings):
    return create_app(store, settings, NoAuth())


@pytest.fixture
def admin(app):
    return Client(app, "admin-project", {})


@pytest.fixture
def alice(app):
    return Client(app, "alice-project", MEMBER)


@pytest.fixture
def bob(app):
    return Client(app, "bob-project", MEMBER)
