"""Nodes come to a router and go from it while it works; a new router works at once."""

from __future__ import annotations

import signal
import time

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]


def agent_on(world: World, node: str) -> str:
    found = world.admin.network("GET", "agents", binary="neutron-l3-agent", host=node)["agents"]
    return found[0]["id"]


def has_router(world: World, node: str) -> bool:
    return world.netns in world.lab.node(node).run(["ip", "netns"]).stdout


def test_a_node_that_stands_by_is_taken_away_and_added_again_and_nothing_is_lost(world: World):
    master = world.settle()
    other = world.other(master)
    routers = f"agents/{agent_on(world, other)}/l3-routers"
    ping = world.ping()
    time.sleep(0.5)
    world.admin.network("DELETE", f"{routers}/{world.router}")
    until(lambda: not has_router(world, other), 15, "it is gone")
    time.sleep(1)
    world.admin.network("POST", routers, {"router_id": world.router})
    until(lambda: has_router(world, other), 15, "it is there again")
    assert world.settle() == master
    time.sleep(1)
    assert ping.stop().lost == 0


def test_a_node_that_goes_and_comes_at_once_never_makes_itself_a_second_master(world: World):
    master = world.settle()
    other = world.other(master)
    routers = f"agents/{agent_on(world, other)}/l3-routers"
    before = len(parts(world, other, world.router))
    ping = world.ping()
    for pause in (0, 0.1, 0.3, 1):
        world.admin.network("DELETE", f"{routers}/{world.router}")
        time.sleep(pause)
        world.admin.network("POST", routers, {"router_id": world.router})
        until(lambda: world.states().get(other) == "standby", 10, "it stands by")
    time.sleep(1)
    assert set(parts(world, other, world.router)[before:]) <= {"standby", "unknown"}
    assert ping.stop().lost == 0
    assert world.masters() == [master]


def test_a_node_waits_for_a_master_that_does_not_know_it_and_no_longer(world: World):
    master = world.settle()
    other = world.other(master)
    routers = f"agents/{agent_on(world, other)}/l3-routers"
    world.lab.stop(f"node@{master}", signal.SIGKILL)
    ping = world.ping()
    world.admin.network("DELETE", f"{routers}/{world.router}")
    until(lambda: not has_router(world, other), 10, "it is gone")
    # Its address on the HA network goes to another router, so that it comes back with one that is not known.
    taker = world.admin.make("router", name="taker", ha=True, project_id=world.demo.project)["id"]
    world.admin.network("POST", routers, {"router_id": world.router})
    until(lambda: has_router(world, other), 10, "it is there again")
    time.sleep(3)
    assert world.masters() == [master]
    world.lab.start(f"node@{master}")
    until(lambda: world.states().get(other) == "standby", 15, "it stands by")
    time.sleep(1)
    assert ping.stop().lost == 0
    assert world.masters() == [master]
    world.admin.network("DELETE", f"routers/{taker}")


def test_a_node_that_comes_to_a_router_whose_host_is_dead_carries_it_soon(world: World):
    master = world.settle()
    other = world.other(master)
    routers = f"agents/{agent_on(world, other)}/l3-routers"
    world.admin.network("DELETE", f"{routers}/{world.router}")
    until(lambda: not has_router(world, other), 10, "it is gone")
    world.lab.fail(master, Fault.POWER)
    try:
        world.admin.network("POST", routers, {"router_id": world.router})
        until(lambda: world.masters() == [other], 8, "it carries the router")
    finally:
        world.lab.heal(master)
    assert world.settle() == other


def test_a_new_router_has_one_master_from_the_first_moment_on(world: World):
    router = world.admin.make("router", name="new", ha=True, project_id=world.demo.project)["id"]
    try:
        until(lambda: sorted(states(world, router)) == ["active", "standby"], 10, "one is active")
        heard = [line for node in ("network1", "network2") for line in parts(world, node, router)]
        assert sorted(heard) == ["active", "standby"], "nobody changed his part"
        (active,) = (node for node in ("network1", "network2") if parts(world, node, router) == ["active"])
        conf = world.lab.node(active).path(f"/var/lib/neutron/ha_confs/{router}/keepalived.conf")
        until(lambda: "priority 200" in conf.read_text(), 5, "its master takes part in elections")
    finally:
        world.admin.network("DELETE", f"routers/{router}")


def states(world: World, router: str) -> list[str]:
    agents = world.admin.network("GET", f"routers/{router}/l3-agents")["agents"]
    return [agent["ha_state"] for agent in agents]


def parts(world: World, node: str, router: str) -> list[str]:
    """What a node has said of its part for the router, in order."""
    log = world.lab.node(node).path("/var/log/neutron/node.log").read_text()
    return [line.split(" is ")[1].split()[0] for line in log.splitlines() if f"router {router} is " in line]
