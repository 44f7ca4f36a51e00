"""Nodes are machines of their own, and what breaks them breaks as in life."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from hawser.base.errors import BadInput, LabError
from hawser.lab.lab import Fault, Lab
from hawser.lab.state import Directory

pytestmark = pytest.mark.kernel
HAWSER = str(Path(sys.prefix) / "bin" / "hawser")


def reaches(lab, source, address):
    ping = ["ping", "-n", "-c1", "-w3", address]  # who was away is found within a second or two
    return lab.node(source).run(ping, check=False).returncode == 0


def test_namespaces_of_a_node_are_its_own(bare):
    bare.node("network1").run(["ip", "netns", "add", "qrouter-1"])
    said = {node.name: node.run(["ip", "netns"]).stdout.strip() for node in bare.nodes()}
    bare.node("network1").run(["ip", "netns", "del", "qrouter-1"])
    assert said["network1"] == "qrouter-1"
    assert set(said.values()) == {"qrouter-1", ""}


def test_exec_works_as_the_documents_show(bare):
    bare.node("network2").run(["ip", "netns", "add", "qdhcp-1"])
    argv = [HAWSER, "lab", "exec", "--name", bare.name, "network2", "--", "ip", "netns"]
    answer = subprocess.run(argv, capture_output=True, text=True, check=True)
    bare.node("network2").run(["ip", "netns", "del", "qdhcp-1"])
    assert answer.stdout.strip() == "qdhcp-1"


def test_exec_answers_as_the_command_does(bare):
    argv = [HAWSER, "lab", "exec", "--name", bare.name, "network2", "--", "sh", "-c", "exit 7"]
    assert subprocess.run(argv, check=False).returncode == 7


def test_nodes_know_their_own_and_each_others_names(bare):
    assert bare.node("compute2").run(["hostname"]).stdout.strip() == "compute2"
    assert reaches(bare, "compute2", "10.0.0.11")
    assert bare.node("compute2").run(["getent", "hosts", "network1"]).stdout.split()[0] == "10.0.0.21"


def test_segments_are_apart(bare):
    assert reaches(bare, "network1", "10.0.1.32")
    assert not reaches(bare, "controller", "10.0.1.32")
    assert not reaches(bare, "outside", "10.0.1.21")


def test_files_of_a_node_are_its_own(bare):
    node = bare.node("compute1")
    node.run(["sh", "-c", "echo mine >/etc/neutron/mine; echo mine >/tmp/mine-of-compute1"])
    assert not Path("/etc/neutron/mine").exists()
    assert not Path("/tmp/mine-of-compute1").exists()
    assert bare.node("compute2").run(["ls", "/etc/neutron/mine"], check=False).returncode != 0


def test_a_power_cut_ends_all_and_the_disk_stays(bare):
    node = bare.node("network1")
    node.run(["sh", "-c", "echo kept >/var/lib/neutron/kept"])
    node.run(["ip", "netns", "add", "qrouter-2"])
    running = node.popen(["sleep", "1000"])
    bare.fail("network1", Fault.POWER)
    assert running.wait(timeout=2) != 0
    assert not reaches(bare, "network2", "10.0.0.21")
    with pytest.raises(LabError, match="hawser lab heal network1"):
        bare.node("network1").run(["true"])
    bare.heal("network1")
    assert bare.node("network1").run(["cat", "/var/lib/neutron/kept"]).stdout == "kept\n"
    assert bare.node("network1").run(["ip", "netns"]).stdout == ""
    assert reaches(bare, "network2", "10.0.1.21")


def test_power_may_be_cut_again_and_again(bare):
    for _ in range(5):
        bare.fail("compute1", Fault.POWER)
        bare.heal("compute1")
    assert reaches(bare, "controller", "10.0.0.31")


def test_a_pulled_cable_takes_the_carrier_and_one_network_only(bare):
    bare.fail("network2", Fault.LINK, "tunnel")
    assert bare.node("network2").run(["cat", "/sys/class/net/eth1/carrier"]).stdout == "0\n"
    assert not reaches(bare, "network1", "10.0.1.22")
    assert reaches(bare, "network1", "10.0.0.22")
    bare.heal("network2")
    assert reaches(bare, "network1", "10.0.1.22")


def test_a_frozen_node_forwards_but_does_not_run(bare):
    node = bare.node("compute2")
    # Renamed into place: whoever looks sees a whole time, never an empty file.
    tick = "while :; do date +%s%N >/run/tick.new; mv /run/tick.new /run/tick; sleep 0.02; done"
    ticking = ["sh", "-c", tick]
    running = node.popen(ticking)
    time.sleep(0.2)
    bare.fail("compute2", Fault.FREEZE)
    before = node.path("/run/tick").read_text()
    time.sleep(0.2)
    assert node.path("/run/tick").read_text() == before
    assert reaches(bare, "controller", "10.0.0.32")
    bare.heal("compute2")
    time.sleep(0.2)
    assert node.path("/run/tick").read_text() != before
    running.terminate()
    running.wait()


def test_a_started_command_ends_with_its_parent(bare):
    node = bare.node("outside")
    pinging = node.popen(
        ["ping", "-n", "-i", "0.05", "203.0.113.1"], end_with="INT", stdout=subprocess.PIPE, text=True
    )
    pinging.stdout.readline()
    pinging.terminate()
    assert "packets transmitted" in pinging.communicate(timeout=2)[0]
    # Its parent was on the host, so it is the host's init that reaps it, in its own time.
    assert node.run(["pgrep", "-r", "R,S,D,T", "ping"], check=False).stdout == ""


def test_orphans_are_reaped(bare):
    node = bare.node("compute1")
    node.run(["sh", "-c", "(sleep 0.1 &) & (true &)"])
    time.sleep(0.3)
    assert "Z" not in node.run(["ps", "-eo", "stat="]).stdout


def test_status_shows_what_is_wrong(bare):
    bare.fail("network1", Fault.POWER)
    bare.fail("network2", Fault.LINK, "tunnel")
    argv = [HAWSER, "lab", "status", "--name", bare.name]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    for name in ("network1", "network2"):
        bare.heal(name)
    assert "no power" in said
    assert "cut off tunnel" in said


def test_a_fault_that_cannot_be_names_what_can(bare):
    with pytest.raises(BadInput, match="management"):
        bare.fail("controller", Fault.LINK, "tunnel")
    with pytest.raises(BadInput, match="compute2"):
        bare.fail("compute3", Fault.POWER)


def test_a_lab_that_is_not_there_says_how_to_start_it():
    with pytest.raises(LabError, match="hawser lab up"):
        Lab.find("nowhere")


def test_a_lab_of_another_version_is_named_and_hinders_no_other(bare):
    record = Directory(bare.name).path / "record.json"
    before = record.read_text()
    record.write_text(before.replace('"port_offset"', '"of_tomorrow": 1, "port_offset"'))
    try:
        with pytest.raises(LabError, match=f"another version.*hawser lab down --name {bare.name}"):
            Lab.find(bare.name)
        assert Directory(bare.name).port_offset() == 20_000
    finally:
        record.write_text(before)
