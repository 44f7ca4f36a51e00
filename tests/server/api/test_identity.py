"""Tokens are asked of identity once, believed for a while, and refused with the right status."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
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

    tokens = {"member-token": "member", "admin-token": "admin", "nova-token": "service"}
    asked: list[str] = []
    slow = threading.Event()

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
        self.slow.wait(10)
        if self.headers["X-Auth-Token"] != "service-token":
            self._answer(401, {"error": {}})
        elif token in self.tokens or (token == "old-token" and "allow_expired=1" in self.path):
            self._answer(200, self._token("alice", self.tokens.get(token, "member")))
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
    Identity.slow.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Identity)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _conf(identity, tmp_path, more=""):
    file = tmp_path / "neutron.conf"
    file.write_text(
        "[keystone_authtoken]\n"
        f"auth_url = http://127.0.0.1:{identity.server_port}\n"
        "username = neutron\npassword = secret\nproject_name = service\n"
        f"user_domain_name = Default\nproject_domain_name = Default\n{more}\n"
    )
    return file


@pytest.fixture
def keystone(identity, tmp_path):
    return auth.keystone(config.read([_conf(identity, tmp_path)]))


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
    assert "member-token" not in repr(vars(keystone._tokens))


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


def test_a_refused_token_is_not_asked_about_again_at_once(keystone):
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            keystone.identify({"x-auth-token": "unknown"})
    assert Identity.asked == ["unknown"]


@pytest.mark.parametrize("token", ["member-token", "unknown"])
def test_many_requests_with_a_new_token_ask_identity_once(keystone, token):
    def identify():
        try:
            return keystone.identify({"x-auth-token": token}).user_id
        except Unauthenticated:
            return None

    Identity.slow.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(identify) for _ in range(8)]
        while not Identity.asked:
            time.sleep(0.01)
        Identity.slow.set()
    assert len({answer.result() for answer in answers}) == 1
    assert Identity.asked == [token]


def test_a_token_that_is_revoked_is_noticed_when_it_is_asked_about_again(identity, tmp_path):
    keystone = auth.keystone(config.read([_conf(identity, tmp_path, "token_cache_time = 0")]))
    keystone.identify({"x-auth-token": "member-token"})
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(Identity.tokens, "member-token")
        with pytest.raises(Unauthenticated):
            keystone.identify({"x-auth-token": "member-token"})


@pytest.mark.parametrize("token", ["two words", "\xa0", "\x0b", "x" * 10_000])
def test_what_cannot_be_a_token_is_refused_without_asking(keystone, token):
    with pytest.raises(Unauthenticated):
        keystone.identify({"x-auth-token": token})
    assert Identity.asked == []


def test_a_service_may_bring_a_users_token_that_has_expired(keystone):
    with pytest.raises(Unauthenticated):
        keystone.identify({"x-auth-token": "old-token"})
    with pytest.raises(Unauthenticated):  # a user is no service
        keystone.identify({"x-auth-token": "old-token", "x-service-token": "member-token"})
    caller = keystone.identify({"x-auth-token": "old-token", "x-service-token": "nova-token"})
    assert (caller.user_id, caller.roles) == ("alice", {"member"})


def test_a_service_token_that_is_not_valid_spoils_the_request(keystone):
    with pytest.raises(Unauthenticated):
        keystone.identify({"x-auth-token": "member-token", "x-service-token": "unknown"})


async def _get(app, headers):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://controller") as client:
        return await client.get("/v2.0/extensions", headers=headers)


def test_the_api_answers_401_without_a_token_and_200_with_one(keystone, store, settings):
    import asyncio

    app = create_app(store, settings, keystone)
    refused = asyncio.run(_get(app, {}))
    assert (refused.status_code, "www-authenticate" in refused.headers) == (401, True)
    assert asyncio.run(_get(app, {"X-Auth-Token": "member-token"})).status_code == 200
