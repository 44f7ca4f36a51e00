"""Each agent in a process of its own, by the script that operators know."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from hawser.lab.lab import Fault
from hawser.lab.state import Directory
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
SCRIPTS = Path(sys.executable).parent


def test_separate_agents_take_over_what_one_process_built_and_build_more(world: World):
    node = world.settle()
    ping = world.ping()
    world.lab.stop(f"node@{node}")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    agents = [
        world.lab.node(node).popen([str(SCRIPTS / script)], **quiet)
        for script in ("neutron-linuxbridge-agent", "neutron-l3-agent")
    ]
    try:
        time.sleep(3)
        router = world.admin.make("router", name="alone", ha=True)["id"]
        holds = ["ip", "-n", f"qrouter-{router}", "-o", "-4", "address"]
        until(
            lambda: "169.254.192." in world.lab.node(node).run(holds, check=False).stdout, 15, "it is built"
        )
        until(
            lambda: f"ha_confs/{router}" in world.lab.node(node).run(["ps", "-eo", "args"]).stdout,
            15,
            "its keepalived runs",
        )
        world.admin.network("DELETE", f"routers/{router}")
        until(lambda: router not in world.lab.node(node).run(["ip", "netns"]).stdout, 20, "it is gone")
    finally:
        for agent in agents:
            agent.terminate()
            agent.wait(timeout=10)
        world.lab.start(f"node@{node}")
    assert ping.stop().lost == 0
    assert world.settle() == node


def test_a_router_waits_for_its_wires_where_the_l3_agent_starts_before_the_other(world: World):
    master = world.settle()
    late = world.other(master)
    ping = world.ping()
    world.lab.fail(late, Fault.POWER)
    conf = Directory(world.lab.name).disk(late) / "etc/neutron/neutron.conf"
    before = conf.read_text()
    conf.write_text(before.replace("roles = linuxbridge,l3", "roles = l3"))
    assert conf.read_text() != before
    try:
        world.lab.heal(late)
        until(lambda: world.netns in world.lab.node(late).run(["ip", "netns"]).stdout, 15, "it is built")
        time.sleep(3)
        assert not world.pids(late, "keepalived")
        wires = world.lab.node(late).popen([str(SCRIPTS / "neutron-linuxbridge-agent")])
        until(lambda: world.pids(late, "keepalived"), 15, "keepalived runs")
        time.sleep(3)
        assert world.masters() == [master]
        wires.terminate()
        wires.wait(timeout=10)
    finally:
        world.lab.stop(f"node@{late}")
        conf.write_text(before)
        world.lab.start(f"node@{late}")
    assert ping.stop().lost == 0
    assert world.settle() == master
