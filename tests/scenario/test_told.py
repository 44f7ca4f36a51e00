"""What the API says of routers while nodes and servers die: soon, with a time, and never that a dead one is active."""

from __future__ import annotations

import signal
import time
from datetime import datetime
from typing import Any

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
OWNERS = ("network:router_gateway", "network:ha_router_replicated_interface")


def places(world: World) -> dict[str, dict[str, Any]]:
    """The world's router on each of its hosts."""
    found = world.admin.network("GET", "router-places", router_id=world.router)["router_places"]
    return {each["host"]: each for each in found}


def is_told(world: World, master: str) -> bool:
    """Whether this host alone is active, and the router's ports are bound there."""
    active = [host for host, place in places(world).items() if place["ha_state"] == "active"]
    ports = world.admin.network("GET", "ports", device_id=world.router)["ports"]
    bound = {port["binding:host_id"] for port in ports if port["device_owner"] in OWNERS}
    return active == [master] and bound == {master}


def since(world: World, host: str) -> float:
    return datetime.fromisoformat(places(world)[host]["ha_state_since"]).timestamp()


def test_after_a_power_cut_the_new_master_is_told_at_once_and_the_dead_one_is_none(world: World):
    before = world.settle()
    after = world.other(before)
    world.lab.fail(before, Fault.POWER)
    cut = time.time()
    try:
        until(lambda: is_told(world, after), 5, "the API tells of the new master")
        assert places(world)[before]["ha_state"] == "unknown"
        known, begun = time.time(), since(world, after)
        assert cut - 1 < begun < known
        assert known - begun < 2, "from the fact to what the API says"
        until(lambda: not places(world)[before]["alive"], 30, "the dead node's agent is shown as dead")
    finally:
        world.lab.heal(before)
    assert world.settle() == after


def test_a_failover_that_no_server_saw_is_told_with_its_own_time_when_one_is_back(world: World):
    before = world.settle()
    after = world.other(before)
    world.lab.stop("network@controller", signal.SIGKILL)
    try:
        world.lab.fail(before, Fault.POWER)
        until(lambda: world.masters() == [after], 10, "the other takes over")
        taken_over = time.time()
        time.sleep(2)
    finally:
        world.lab.start("network@controller")
    returned = time.time()
    until(lambda: is_told(world, after), 10, "the server is told")
    assert since(world, after) < taken_over + 0.5 < returned
    world.lab.heal(before)
    assert world.settle() == after
