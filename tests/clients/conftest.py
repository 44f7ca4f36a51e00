"""The real Keystone for the session, and a real networking server with wired agents for each test."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance import stage
from conformance.site import Site
from hawser.lab import environments
from hawser.lab.config_files import POLICY
from hawser.lab.progress import Silent
from tests.clients import command
from tests.clients.command import Answer, Command
from tests.clients.transcripts import Step, parse

HERE = Path(__file__).parent


class Neutron:
    """The real `neutron` client, a process for each user."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._commands: dict[str, Command] = {}

    def __call__(self, user: str, words: list[str]) -> Answer:
        if user not in self._commands:
            self._commands[user] = command.neutron(self._site.variables(user))
        return self._commands[user](words)

    def walk(self, transcript: str) -> list[str]:
        """Each step of a transcript that went otherwise than written."""
        return [wrong for step in parse(transcript) if (wrong := self._obstacle(step))]

    def _obstacle(self, step: Step) -> str | None:
        answer = self(step.user, step.argv)
        if answer.status:
            return f"{step.command}: exit status {answer.status}: {answer.output}"
        missing = step.missing_in(answer.output)
        return f"{step.command}: {missing} is missing in\n{answer.output}" if missing else None

    def close(self) -> None:
        for each in self._commands.values():
            each.close()


class Refused(Exception):
    """What the SDK raised: its exception's name and words."""


class Sdk:
    """openstacksdk as the administrator: `sdk("create_network", name="blue")` calls its networking proxy."""

    def __init__(self, site: Site) -> None:
        argv = [environments.pinned("openstack", "python"), "-P", HERE / "sdk_process.py"]
        environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": str(site.clouds_file()), "OS_CLOUD": "admin"}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env=environment)

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        request = {"call": method, "args": args, "kwargs": kwargs}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"], answer["words"])
        return answer["value"]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    with stage.identity(tmp_path_factory.mktemp("keystone") / "keystone.log", Silent()) as site:
        (site.folder / "policy.yaml").write_text(POLICY)
        yield site


@pytest.fixture
def server(site: Site, tmp_path: Path) -> Iterator[Path]:
    """A networking server; the path of its log."""
    log = tmp_path / "neutron-server.log"
    with stage.server(site, "sqlite", log, Silent(), wired=True):
        yield log


@pytest.fixture
def neutron(site: Site, server: Path) -> Iterator[Neutron]:
    client = Neutron(site)
    yield client
    client.close()


@pytest.fixture(scope="module")
def sdk(site: Site, tmp_path_factory) -> Iterator[Sdk]:
    """The SDK against one server for all tests of a module."""
    log = tmp_path_factory.mktemp("server") / "neutron-server.log"
    with stage.server(site, "sqlite", log, Silent(), wired=True):
        client = Sdk(site)
        yield client
        client.close()
