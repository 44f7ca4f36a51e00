"""Each request is one line of the log, by which an operator finds who did what, and nothing secret."""

from __future__ import annotations

import json
import logging
import shlex
import uuid
from dataclasses import replace

import httpx
import pytest

from hawser.server.api import access
from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from tests.server.api.conftest import Client
from tests.server.operations.servers import Server
from tests.server.stage import settings

ID = "X-Openstack-Request-Id"


@pytest.fixture
def app(stage):
    return create_app(stage.store, stage.store.settings, NoAuth())


@pytest.fixture
def lines(caplog):
    """The lines of the log so far."""
    caplog.set_level(logging.INFO, access.LOG)
    return lambda: [record.getMessage() for record in caplog.records if record.name == access.LOG]


def words(line: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(line))


def test_a_line_tells_who_asked_what_and_how_it_went(app, lines):
    alice = Client(app, "alice-project", {"X-User-Id": "alice", "X-Auth-Token": "hidden"})
    answer = alice.get("/networks", name="hidden")
    (line,) = lines()
    told = words(line)
    assert told.pop("request_id") == answer.headers[ID]
    assert float(told.pop("ms")) > 0
    assert told == {
        "method": "GET",
        "path": "/v2.0/networks",
        "status": "200",
        "bytes": str(len(answer.content)),
        "global_id": "-",
        "project_id": "alice-project",
        "user_id": "alice",
        "peer": "127.0.0.1",
    }
    assert "hidden" not in line


def test_the_callers_own_request_id_is_told_and_the_answer_has_ours(app, lines):
    given = f"req-{uuid.uuid4()}"
    answer = Client(app, "p", {ID: given}).get("/networks")
    assert answer.headers[ID] not in ("", given)
    assert words(lines()[0])["global_id"] == given


SOME = "3521f972-df60-4d61-a5db-4381cce610e8"


@pytest.mark.parametrize("given", ["req-1", "x", f"req-{SOME} more", SOME, "req-" + "g" * 36])
def test_what_is_no_request_id_is_not_taken(app, lines, given):
    assert Client(app, "p", {ID: given}).get("/networks").status_code == 200
    assert words(lines()[0])["global_id"] == "-"


def test_nobody_writes_lines_of_their_own_into_the_log(app, lines):
    Client(app, "p", {"X-User-Id": "me status=200"})("GET", '/v2.0/a%0Ab "c=d')
    (line,) = lines()
    assert "\n" not in line
    told = words(line)
    assert told["status"] == "404"
    assert told["path"].startswith("/v2.0/a\\nb ")


def test_a_refused_request_has_a_line_without_a_caller(stage, lines):
    class Nobody:
        def identify(self, headers):
            raise access.Unavailable("identity is down")

    Client(create_app(stage.store, stage.store.settings, Nobody()), "p", {}).get("/networks")
    told = words(lines()[0])
    assert (told["status"], told["project_id"], told["user_id"]) == ("503", "-", "-")


def test_a_line_can_be_json(stage, lines):
    app = create_app(stage.store, replace(stage.store.settings, access_log="json"), NoAuth())
    answer = Client(app, "p", {}).get("/networks")
    told = json.loads(lines()[0])
    assert (told["status"], told["bytes"], told["global_id"]) == (200, len(answer.content), None)
    assert told["time"].endswith("+00:00")


@pytest.mark.service
def test_the_servers_log_has_json_lines_where_that_is_asked(tmp_path):
    assert settings().access_log == "text"
    server = Server(tmp_path, f"sqlite:///{tmp_path}/db.sqlite", more="access_log = json")
    try:
        httpx.get(f"{server.url}/v2.0/", trust_env=False)
    finally:
        server.end()
    told = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert "/v2.0/" in [line["path"] for line in told]
