"""A server over a real store on SQLite, without identity: callers are who their headers say."""

import asyncio
import shutil
from dataclasses import replace
from typing import Any

import httpx
import pytest

from hawser.base import config
from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store

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


@pytest.fixture
def settings(tmp_path):
    return replace(
        config.server_settings(config.read([])),
        state_path=tmp_path,
        connection=f"sqlite:///{tmp_path}/neutron.sqlite",
        feed_secret="secret",
    )


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """The file of a database with the newest schema and nothing in it: the migrations run once."""
    file = tmp_path_factory.mktemp("empty") / "neutron.sqlite"
    store = Store(replace(config.server_settings(config.read([])), connection=f"sqlite:///{file}"))
    store.upgrade()
    store.close()
    return file


@pytest.fixture
def store(settings, empty, tmp_path):
    shutil.copy(empty, tmp_path / "neutron.sqlite")
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
