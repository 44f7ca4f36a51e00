"""Tokens are asked of identity once, believed for a while, and refused with the right status."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from hawser.base import config
from hawser.base.errors import Unauthenticated, Unavailable
from hawser.server.api import auth
from hawser.server.app import create_app

EXPIRES = "2999-01-01T00:00:00.000000Z"


class Identity(BaseHTTPRequestHandler):
    """As much of the identity API as validating a token takes."""

    tokens = {"member-token": "member", "admin-token": "admin"}
    asked: list[str] = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, self._token("service", "admin"), {"X-Subject-Token": "service-token"})

    def do_GET(self):
        if not self.path.startswith("/v3/auth/tokens"):
            version = {
                "id": "v3.14",
                "status": "stable",
                "links": [{"rel": "self", "href": self._base() + "/v3/"}],
            }
            self._answer(
                200,
                {"version": version} if self.path.startswith("/v3") else {"versions": {"values": [version]}},
            )
            return
        token = self.headers["X-Subject-Token"]
        self.asked.append(token)
        if self.headers["X-Auth-Token"] != "service-token":
            self._answer(401, {"error": {}})
        elif token in self.tokens:
            self._answer(200, self._token("alice", self.tokens[token]))
        elif token == "unscoped-token":
            self._answer(200, {"token": {"user": {"id": "alice"}, "expires_at": EXPIRES}})
        else:
            self._answer(404, {"error": {"code": 404, "title": "Not Found", "message": "no"}})

    def _token(self, user, role):
        return {
            "token": {
                "user": {"id": user},
                "project": {"id": f"{user}-project"},
                "roles": [{"name": role}],
                "expires_at": EXPIRES,
                "issued_at": "2026-01-01T00:00:00.000000Z",
                "methods": ["password"],
            }
        }

    def _base(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            **dict(headers),
            "Content-Type": "application/json",
            "Content-Length": len(data),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def identity():
    Identity.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Identity)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def keystone(identity, tmp_path):
    file = tmp_path / "neutron.conf"
    file.write_text(
        "[keystone_authtoken]\n"
        f"auth_url = http://127.0.0.1:{identity.server_port}\n"
        "username = neutron\npassword = secret\nproject_name = service\n"
        "user_domain_name = Default\nproject_domain_name = Default\n"
    )
    return auth.keystone(config.read([file]))


def test_a_token_says_who_its_caller_is(keystone):
    caller = keystone.identify({"x-auth-token": "member-token"})
    assert (caller.user_id, caller.project_id, caller.is_admin) == ("alice", "alice-project", False)
    assert keystone.identify({"x-auth-token": "admin-token"}).is_admin


def test_identity_is_asked_once_for_a_token(keystone):
    for _ in range(5):
        keystone.identify({"x-auth-token": "member-token"})
    assert Identity.asked == ["member-token"]


def test_a_token_is_not_kept_in_memory(keystone):
    keystone.identify({"x-auth-token": "member-token"})
    assert "member-token" not in repr(vars(keystone)["_known"].items())


@pytest.mark.parametrize("headers", [{}, {"x-auth-token": "unknown"}, {"x-auth-token": "unscoped-token"}])
def test_an_unknown_missing_or_unscoped_token_is_refused(keystone, headers):
    with pytest.raises(Unauthenticated):
        keystone.identify(headers)


def test_without_identity_new_tokens_wait_and_known_ones_work_on(keystone, identity):
    keystone.identify({"x-auth-token": "member-token"})
    identity.shutdown()
    identity.server_close()
    with pytest.raises(Unavailable):
        keystone.identify({"x-auth-token": "admin-token"})
    assert keystone.identify({"x-auth-token": "member-token"}).user_id == "alice"


async def _get(app, headers):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://controller") as client:
        return await client.get("/v2.0/extensions", headers=headers)


def test_the_api_answers_401_without_a_token_and_200_with_one(keystone, store, settings):
    import asyncio

    app = create_app(store, settings, keystone)
    refused = asyncio.run(_get(app, {}))
    assert (refused.status_code, "www-authenticate" in refused.headers) == (401, True)
    assert asyncio.run(_get(app, {"X-Auth-Token": "member-token"})).status_code == 200
