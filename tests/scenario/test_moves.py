"""Planned moves, as an operator does them: nobody who uses the router sees any of it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hawser.lab.environments import own
from hawser.lab.lab import Fault
from tests.scenario.talk import chat, echoing
from tests.scenario.world import NETWORK_NODES, World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def nothing_drained(world: World) -> Iterator[None]:
    yield
    for node in NETWORK_NODES:
        hawser(world, "node", "undrain", node)


@pytest.fixture
def more_routers(world: World) -> Iterator[list[str]]:
    """Five more highly available routers on the external network, by id, each with a master."""
    made = []
    for number in range(5):
        gateway = {"external_gateway_info": {"network_id": world.external}}
        router = {"name": f"more{number}", "ha": True, "project_id": world.demo.project, **gateway}
        made.append(world.admin.make("router", **router)["id"])
    until(lambda: all(carrier(world, each) for each in made), 20, "each router has a master")
    yield made
    for each in made:
        world.admin.network("DELETE", f"routers/{each}")


def hawser(world: World, *words: str) -> Any:
    """What a command answers to programs; it must have done what it was asked."""
    done = subprocess.run(
        [own("hawser"), *words, "--json"],
        env=world.lab.environment("admin"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def places(world: World) -> list[dict[str, Any]]:
    return world.admin.network("GET", "router-places")["router_places"]


def carrier(world: World, router: str) -> str:
    """The node that the API says is active for a router, "" for none."""
    active = [each for each in places(world) if each["router_id"] == router and each["ha_state"] == "active"]
    return active[0]["host"] if active else ""


def carriers_of_ports(world: World) -> set[str]:
    """Where the router's gateway and its interfaces are bound."""
    owners = ("network:router_gateway", "network:ha_router_replicated_interface")
    ports = world.admin.network("GET", "ports", device_id=world.router)["ports"]
    return {port["binding:host_id"] for port in ports if port["device_owner"] in owners}


def ping_over(world: World, *commands: tuple[str, ...]) -> int:
    """How many of 50 pings a second are lost while these commands are run, one after another."""
    ping = world.ping()
    time.sleep(1)
    for words in commands:
        hawser(world, *words)
        time.sleep(1)
    return ping.stop().lost


def test_a_planned_failover_and_the_way_back_lose_nothing(world: World):
    before = world.settle()
    after = world.other(before)
    ping = world.ping()
    time.sleep(1)
    (moved,) = hawser(world, "router", "failover", "router2", "--to", after)["routers"]
    assert (moved["from_host"], moved["carried_by"]) == (before, after)
    assert world.masters() == [after]
    assert world.states() == {before: "standby", after: "active"}
    assert carriers_of_ports(world) == {after}
    time.sleep(1)
    (moved,) = hawser(world, "router", "failover", world.router)["routers"]
    assert moved["carried_by"] == before
    time.sleep(1)
    assert ping.stop().lost == 0
    assert world.masters() == [before]


def test_a_connection_lives_over_planned_moves(world: World):
    with echoing(world):
        talking = chat(world, (world.server["hostId"], "one"))
        for _ in range(4):
            time.sleep(1)
            hawser(world, "router", "failover", "router2")
        said, _ = talking.communicate(timeout=60)
    assert "survived" in said, said


def test_a_node_is_drained_of_all_its_routers_and_undrained_without_loss(
    world: World, more_routers: list[str]
):
    node = world.settle()
    other = world.other(node)
    assert node in {carrier(world, each) for each in more_routers}
    assert ping_over(world, ("node", "drain", node)) == 0
    assert {carrier(world, each) for each in (world.router, *more_routers)} == {other}
    assert ping_over(world, ("node", "undrain", node)) == 0
    assert {carrier(world, each) for each in (world.router, *more_routers)} == {other}
    assert ping_over(world, ("router", "rebalance")) == 0
    carried = [carrier(world, each) for each in (world.router, *more_routers)]
    assert sorted(map(carried.count, NETWORK_NODES)) == [3, 3]


def test_a_drained_node_that_is_alone_goes_on_serving(world: World):
    node = world.settle()
    other = world.other(node)
    hawser(world, "node", "drain", node)
    world.lab.fail(other, Fault.POWER)
    until(lambda: world.masters() == [node], 10, "the drained node takes over, for no other can")
    ping = world.ping()
    time.sleep(1)
    world.lab.heal(other)
    until(lambda: world.masters() == [other], 30, "the other takes the router as soon as it can")
    time.sleep(2)
    assert ping.stop().lost == 0


def test_a_drain_lasts_over_the_agents_restart_and_the_servers(world: World):
    node = world.settle()
    other = world.other(node)
    hawser(world, "node", "drain", node)
    for service in ("network@controller", f"node@{node}"):
        world.lab.stop(service, signal.SIGKILL)
        world.lab.start(service)
    assert world.settle() == other
    refused = subprocess.run(
        [own("hawser"), "router", "failover", "router2", "--to", node],
        env=world.lab.environment("admin"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert refused.returncode == 1
    assert f"{node} is drained" in refused.stderr


def test_a_server_that_dies_in_the_middle_of_a_move_stops_nothing(world: World):
    before = world.settle()
    after = world.other(before)
    ping = world.ping()
    time.sleep(1)
    world.admin.network("PUT", f"routers/{world.router}/failover", {"host": after})
    time.sleep(0.1)
    world.lab.stop("network@controller", signal.SIGKILL)
    try:
        time.sleep(3)
        (master,) = world.masters()
        lost = ping.stop().lost
    finally:
        world.lab.start("network@controller")
    assert lost == 0
    assert world.settle() == master
    until(lambda: not any(each["wanted"] for each in places(world)), 15, "the move is forgotten")
    assert world.masters() == [master]


def test_a_move_to_a_node_that_is_cut_off_does_not_come_to_be_and_harms_nobody(world: World):
    master = world.settle()
    other = world.other(master)
    world.lab.fail(other, Fault.LINK, "tunnel")
    try:
        time.sleep(1)
        ping = world.ping()
        time.sleep(0.5)
        world.admin.network("PUT", f"routers/{world.router}/failover", {"host": other})
        until(lambda: not any(each["wanted"] for each in places(world)), 20, "the server gives the move up")
        assert ping.stop().lost == 0
        assert world.masters() == [master]
    finally:
        world.lab.heal(other)
