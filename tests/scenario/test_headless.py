"""Agents and servers come and go; packets do not mind."""

from __future__ import annotations

import signal
import time

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, came_back, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_agents_restart_loses_no_packet_and_moves_no_router(world: World, how: signal.Signals):
    master = world.settle()
    daemons = world.pids(master, "keepalived")
    ping = world.ping()
    time.sleep(1)
    world.lab.stop(f"node@{master}", how)
    time.sleep(1)
    world.lab.start(f"node@{master}")
    time.sleep(3)
    record = ping.stop()
    assert record.lost == 0
    assert world.masters() == [master]
    assert world.pids(master, "keepalived") == daemons, "keepalived was adopted, not started again"


def test_failover_needs_no_server_and_is_reported_when_one_returns(world: World):
    before = world.settle()
    after = world.other(before)
    world.lab.stop("network@controller", signal.SIGKILL)
    try:
        ping = world.ping()
        time.sleep(1)
        cut = time.time()
        world.lab.fail(before, Fault.POWER)
        until(lambda: world.masters() == [after], 10, f"{after} takes over")
        time.sleep(2)
        assert came_back(ping.stop(), cut + 1)
        world.lab.heal(before)
        until(
            lambda: world.netns in world.lab.node(before).run(["ip", "netns"]).stdout,
            20,
            "the router is built again without any server",
        )
    finally:
        world.lab.start("network@controller")
    until(lambda: world.states() == {after: "active", before: "standby"}, 30, "the server learns of it")
    assert world.masters() == [after]


def test_what_is_asked_of_a_returned_server_is_done(world: World):
    world.lab.stop("network@controller", signal.SIGKILL)
    world.lab.start("network@controller")
    network = world.demo.make("network", name="later")["id"]
    subnet = world.demo.make("subnet", network_id=network, cidr="192.0.2.0/24", ip_version=4)["id"]
    world.demo.network("PUT", f"routers/{world.router}/add_router_interface", {"subnet_id": subnet})
    master = world.lab.node(world.settle())
    until(
        lambda: "192.0.2.1/24" in master.run(["ip", "-n", world.netns, "address"]).stdout,
        15,
        "the new interface has its address",
    )
    world.demo.network("PUT", f"routers/{world.router}/remove_router_interface", {"subnet_id": subnet})
    until(
        lambda: "192.0.2.1/24" not in master.run(["ip", "-n", world.netns, "address"]).stdout,
        15,
        "the interface is gone again",
    )
    world.demo.network("DELETE", f"networks/{network}")
