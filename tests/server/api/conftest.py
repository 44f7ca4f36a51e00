"""A server over a real store on each database, without identity: callers are who their headers say."""

import asyncio
import shutil
from dataclasses import replace
from typing import Any

import httpx
import pytest

from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from tests.server.conftest import BOTH
from tests.server.databases import shared
from tests.server.stage import SECRET, default_settings

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


@pytest.fixture(scope="session", params=BOTH)
def database(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    if request.param == "sqlite":
        connection = f"sqlite:///{shutil.copy(request.getfixturevalue('newest_file'), folder)}"
    else:
        like = request.getfixturevalue("newest_database")
        connection = request.getfixturevalue("postgresql").database(like)
    options = {"state_path": folder, "connection": connection, "feed_secret": SECRET}
    with shared(Store(replace(default_settings(), **options))) as database:
        yield database


@pytest.fixture
def settings(database):
    """What the server goes by; a test file has its own by a fixture of this name, made of this one."""
    return database.settings


@pytest.fixture
def store(database, settings):
    database.empty()
    database.store.settings = settings
    return database.store


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
