"""A lab comes up, goes down without a trace, and survives the death of those who start it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hawser.base.errors import BadInput, LabError
from hawser.lab.lab import Fault, Lab
from hawser.lab.ports import DEFAULTS

pytestmark = pytest.mark.kernel
HAWSER = str(Path(sys.prefix) / "bin" / "hawser")


def namespaces_of(lab):
    return {str(Path(f"/proc/{node.init.pid}/ns/net").readlink()) for node in lab.nodes()}


def leftovers(name, inodes=frozenset()):
    """Processes, mounts, files and namespaces that belong to the lab of that name."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_text()
                if "/labs/" + name in words or str((process / "ns/net").readlink()) in inodes:
                    found.append(words)
            except OSError:
                continue
    mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if name in line]
    return found + mounts + list(Path("/run/hawser/labs").glob(f"{name}*"))


def test_down_leaves_nothing(name):
    links = set(Path("/sys/class/net").iterdir())
    lab = Lab.up(name, services=[], port_offset=20_000)
    inodes = namespaces_of(lab)
    assert len(inodes) == 6
    lab.node("compute1").popen(["sleep", "1000"])
    lab.node("network1").run(["ip", "netns", "add", "qrouter-x"])
    lab.node("network2").run(["mount", "-t", "tmpfs", name, "/mnt"])
    assert leftovers(name, inodes)
    lab.down()
    assert leftovers(name, inodes) == []
    assert set(Path("/sys/class/net").iterdir()) == links


def test_nodes_stand_within_a_second(name):
    begun = time.monotonic()
    Lab.up(name, services=[], port_offset=20_000)
    assert time.monotonic() - begun < 1.0 + 1.0  # the checks and a busy machine


def test_a_second_start_is_refused_with_the_remedy(name):
    Lab.up(name, services=[], port_offset=20_000)
    with pytest.raises(LabError, match=f"already up.*hawser lab down --name {name}"):
        Lab.up(name, services=[], port_offset=20_000)


@pytest.mark.parametrize("moment", [0.05, 0.15, 0.25, 0.35])
def test_a_start_that_is_killed_half_way_is_taken_down(name, moment):
    starting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from hawser.lab.lab import Lab; print(flush=True); Lab.up({name!r}, services=[])",
        ],
        stdout=subprocess.PIPE,
    )
    starting.stdout.readline()
    time.sleep(moment)
    starting.kill()
    starting.wait()
    starting.stdout.close()
    subprocess.run([HAWSER, "lab", "down", "--name", name], check=True, capture_output=True)
    time.sleep(0.2)
    assert leftovers(name) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cleans_up(name, how):
    starting = subprocess.Popen(
        [HAWSER, "lab", "up", "--name", name, "--port-offset", "20000", "--services", "identity"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "6 nodes" in starting.stderr.readline()
    assert leftovers(name)
    starting.send_signal(how)
    said = starting.communicate(timeout=20)[1]
    assert starting.returncode == 130
    assert said.splitlines()[-1] == "hawser: interrupted"
    assert leftovers(name) == []


def test_a_dead_node_does_not_hinder_the_end(name):
    lab = Lab.up(name, services=[], port_offset=20_000)
    inodes = namespaces_of(lab)
    os.kill(lab.node("network2").init.pid, signal.SIGKILL)
    Lab.find(name).down()
    assert leftovers(name, inodes) == []


def test_a_taken_port_is_named_with_the_remedy(name):
    port = DEFAULTS["identity"] + 20_000
    with socket.create_server(("127.0.0.1", port)), pytest.raises(LabError) as caught:
        Lab.up(name, services=["identity"], port_offset=20_000)
    assert str(port) in str(caught.value)
    assert "--port-offset" in str(caught.value)
    assert leftovers(name) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"dhcp_on": "moon"}, "dhcp-on"),
        ({"services": ["coffee"]}, "services"),
        ({"settings": ["nonsense"]}, "set"),
    ],
)
def test_bad_requests_leave_nothing(name, wrong, field):
    with pytest.raises(BadInput, match=field):
        Lab.up(name, **{"services": [], **wrong})
    assert leftovers(name) == []


def test_a_name_is_no_path():
    with pytest.raises(BadInput, match="name"):
        Lab.up("../etc", services=[])


def test_two_handles_of_a_lab_see_the_same(bare):
    Lab.find(bare.name).fail("compute2", Fault.POWER)
    assert not bare.node("compute2").powered
    Lab.find(bare.name).heal("compute2")
    assert bare.node("compute2").run(["hostname"]).stdout == "compute2\n"


def test_two_labs_side_by_side(bare, name):
    other = Lab.up(name, services=[])
    assert other.record.port_offset != bare.record.port_offset
    other.node("network1").run(["ip", "netns", "add", "only-here"])
    assert bare.node("network1").run(["ip", "netns"]).stdout == ""
    assert bare.node("network1").run(["ping", "-c1", "-W1", "10.0.0.22"]).returncode == 0


def test_without_root_one_line_says_so():
    code = "from hawser.cli.main import main; import sys; sys.argv = ['hawser', 'lab', 'up']; main()"
    answer = subprocess.run(
        ["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "root" in answer.stderr


def test_who_is_not_root_is_told_so_and_not_to_end_the_lab(bare):
    os.seteuid(65534)
    try:
        with pytest.raises(LabError, match="sudo") as refused:
            Lab.find(bare.name).record  # noqa: B018
    finally:
        os.seteuid(0)
    assert "lab down" not in str(refused.value)
