"""The commands of planned moves against a real server; the test says what nodes report."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hawser.wire.report import Mastership, Report, RouterStatus
from tests.server.api.test_real_client import agents, openstack, server  # noqa: F401

pytestmark = pytest.mark.service
HAWSER = Path(sys.prefix) / "bin" / "hawser"
ACTIVE, STANDBY = Mastership.ACTIVE, Mastership.STANDBY


class Operator:
    """Starts commands with a server's address in the environment."""

    def __init__(self, url: str) -> None:
        self._environment = {**os.environ, "OS_AUTH_TYPE": "none", "OS_ENDPOINT": url}

    def start(self, *words: str) -> subprocess.Popen:
        pipe = subprocess.PIPE
        return subprocess.Popen([HAWSER, *words], stdout=pipe, stderr=pipe, text=True, env=self._environment)

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """The exit status, what it printed, and what it said on the side."""
        process = self.start(*words)
        printed, said = process.communicate(timeout=60)
        return process.returncode, printed, said


@pytest.fixture
def operator(server):  # noqa: F811
    return Operator(server.url)


@pytest.fixture
def router(server, openstack):  # noqa: F811
    """A highly available router, by its id, that network1 carries."""
    for host in ("network1", "network2"):
        server.report(host, agents(host, "L3 agent"))
    id = json.loads(openstack("router create --ha gate -f json"))["id"]
    say(server, id, network1=ACTIVE, network2=STANDBY)
    return id


def say(server, id, **parts):  # noqa: F811
    for host, part in parts.items():
        server.report(host, Report(routers=(RouterStatus(id, part, time.time()),)))


def when_wanted(server, id, **parts):  # noqa: F811
    """Nodes report these parts as soon as the server wants another master."""
    while '"wanted":true' not in server.get("/v2.0/router-places").replace(" ", ""):
        time.sleep(0.05)
    say(server, id, **parts)


def test_a_router_is_moved_and_the_command_waits_for_it(server, operator, router):  # noqa: F811
    moving = operator.start("router", "failover", "gate", "--to", "network2")
    when_wanted(server, router, network2=ACTIVE, network1=STANDBY)
    printed, said = moving.communicate(timeout=60)
    assert moving.returncode == 0, said
    (row,) = [line for line in printed.splitlines() if "gate" in line]
    assert [cell.strip() for cell in row.split("│")[1:4]] == ["gate", "network1", "network2"]
    assert "gate: network1 -> network2" in said
    assert operator("router", "failover", router, "--to", "network2")[:2] == (
        0,
        f"network2 carries {router} already.\n",
    )


def test_a_node_is_drained_and_undrained(server, operator, router, openstack):  # noqa: F811
    for name in ("plain1", "plain2"):  # one on each node
        openstack(f"router create --no-ha {name}")
    draining = operator.start("node", "drain", "network1", "--json")
    when_wanted(server, router, network2=ACTIVE, network1=STANDBY)
    printed, said = draining.communicate(timeout=60)
    outcomes = {each["router"]: each for each in json.loads(printed)["routers"]}
    assert outcomes["gate"]["carried_by"] == "network2"
    assert draining.returncode == 1, said
    (stays,) = [each for name, each in outcomes.items() if name != "gate"]
    assert stays["why"] == "it is not highly available, so it stays"
    status, printed, _ = operator("node", "undrain", "network1")
    assert (status, "no longer drained" in printed) == (0, True)


def test_the_last_node_says_that_its_routers_stay(operator, router):
    assert operator("node", "drain", "network2")[0] == 0
    status, printed, _ = operator("node", "drain", "network1")
    assert status == 1
    assert "no other node can carry it" in printed


def test_rebalancing_says_who_carries_how_many(operator, router):
    status, printed, _ = operator("router", "rebalance")
    assert status == 0
    assert printed == "The routers are spread evenly already.\nnetwork1 carries 1.\nnetwork2 carries 0.\n"


def test_what_cannot_be_is_said_in_one_line(operator, router, openstack):  # noqa: F811
    assert operator("router", "failover", "nothing")[::2] == (1, "hawser: There is no router nothing.\n")
    status, _, said = operator("router", "failover", "gate", "--to", "compute1")
    assert (status, said.count("\n")) == (1, 1)
    assert "not hosted on compute1" in said
    assert "no L3 agent on compute1" in operator("node", "drain", "compute1")[2]
    openstack("router create --ha gate")
    assert "2 routers are called gate" in operator("router", "failover", "gate")[2]


def test_without_credentials_or_a_server_the_remedy_is_said():
    nothing = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    nowhere = {**nothing, "OS_AUTH_TYPE": "none", "OS_ENDPOINT": "http://127.0.0.1:9"}
    for environment, words in ((nothing, "Set OS_AUTH_URL"), (nowhere, "does not answer")):
        done = subprocess.run(
            [HAWSER, "router", "rebalance"], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert words in done.stderr
