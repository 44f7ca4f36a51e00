"""The real Keystone of a lab, asked by the real client from the host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hawser.base.errors import LabError
from hawser.lab import daemons
from hawser.lab.lab import Fault, Lab

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def lab():
    made = Lab.up(f"t{os.getpid()}-id", services=["identity"], port_offset=21_000)
    yield made
    Lab.remove(made.name)


def openstack(lab, user, *words):
    argv = ["openstack", *words]
    return subprocess.run(argv, env=lab.environment(user), capture_output=True, text=True, check=False)


def value(answer):
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.mark.parametrize("user", ["admin", "demo"])
def test_tokens_are_issued(lab, user):
    assert value(openstack(lab, user, "token", "issue", "-f", "value", "-c", "project_id"))


def test_the_catalog_leads_to_the_hosts_loopback(lab):
    said = value(
        openstack(lab, "admin", "endpoint", "list", "--interface", "public", "-f", "value", "-c", "URL")
    )
    assert sorted(said.split()) == [
        "http://127.0.0.1:26000/v3",
        "http://127.0.0.1:29774/v2.1",
        "http://127.0.0.1:30292",
        "http://127.0.0.1:30696",
    ]


def test_the_services_projects_and_users_are_there(lab):
    assert {"admin", "demo", "service"} == set(
        value(openstack(lab, "admin", "project", "list", "-f", "value", "-c", "Name")).split()
    )
    users = value(openstack(lab, "admin", "user", "list", "-f", "value", "-c", "Name")).split()
    assert {"admin", "demo", "neutron", "nova"} == set(users)


def test_clouds_yaml_serves_both_users(lab):
    said = openstack(lab, "demo", "--os-cloud", "admin", "token", "issue", "-f", "value", "-c", "id")
    assert value(said)


def test_openrc_is_for_a_shell(lab):
    hawser = Path(sys.prefix) / "bin" / "hawser"
    openrc = f'eval "$({hawser} lab openrc demo --name {lab.name})"'
    script = (
        f"{openrc}; echo $OS_USERNAME; which openstack neutron nova hawser; nova --version; neutron --version"
    )
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()
    folder = "build/env/commands/bin"
    assert said[0] == "demo"
    assert [command.rpartition(folder)[2] for command in said[1:5]] == [
        "/openstack",
        "/neutron",
        "/nova",
        "/hawser",
    ]


def test_keystone_returns_after_a_power_cut_with_all_it_knew(lab):
    before = value(openstack(lab, "admin", "project", "show", "demo", "-f", "value", "-c", "id"))
    lab.fail("controller", Fault.POWER)
    assert openstack(lab, "admin", "token", "issue").returncode != 0
    lab.heal("controller")
    assert value(openstack(lab, "admin", "project", "show", "demo", "-f", "value", "-c", "id")) == before


def test_the_process_is_a_child_of_the_nodes_init(lab):
    node = lab.node("controller")
    (service,) = lab.services()
    assert daemons.alive(node, service)
    pid = node.path("/run/hawser/services/identity.pid").read_text().strip()
    assert node.run(["ps", "-o", "ppid=", "-p", pid]).stdout.strip() == "1"


def test_what_runs_is_not_started_a_second_time(lab):
    with pytest.raises(LabError, match=r"runs already.*hawser lab stop identity@controller"):
        lab.start("identity@controller")


def test_a_lab_without_keystone_has_no_openrc(bare):
    with pytest.raises(LabError, match="no Keystone"):
        bare.environment("admin")
