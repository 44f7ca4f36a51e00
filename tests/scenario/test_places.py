"""Neighbours learn a router's new place at once, where places are known by multicast and learning alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from subprocess import DEVNULL

import pytest

from hawser.lab.ping import wait_for_answer
from tests.scenario.test_hosts import agent_on
from tests.scenario.world import World, raised, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]
SILENCE = 300
"""Milliseconds that an address may not answer for at most."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A lab without L2 population."""
    settings = [
        "controller.ml2_conf.ml2.mechanism_drivers=linuxbridge",
        "all.linuxbridge_agent.vxlan.l2_population=False",
    ]
    with raised("places", settings=settings) as world:
        yield world


@pytest.fixture
def alone(world: World) -> Iterator[tuple[str, str]]:
    """A router that is not highly available: its id, and its address outside."""
    gateway = {"network_id": world.external}
    made = world.admin.make("router", name="alone", ha=False, external_gateway_info=gateway)
    outer = made["external_gateway_info"]["external_fixed_ips"]
    yield made["id"], next(each["ip_address"] for each in outer if "." in each["ip_address"])
    world.admin.network("DELETE", f"routers/{made['id']}")


def test_a_router_on_one_node_answers_at_once_when_it_comes_to_another(world: World, alone: tuple[str, str]):
    router, address = alone
    outside = world.lab.node("outside")
    assert wait_for_answer(outside, address, 10) is not None
    (agent,) = world.admin.network("GET", f"routers/{router}/l3-agents")["agents"]
    for here, there in (
        (agent["host"], world.other(agent["host"])),
        (world.other(agent["host"]), agent["host"]),
    ):
        world.admin.network("DELETE", f"agents/{agent_on(world, here)}/l3-routers/{router}")
        world.admin.network("POST", f"agents/{agent_on(world, there)}/l3-routers", {"router_id": router})
        assert wait_for_answer(outside, address, 5) is not None, f"it moved from {here} to {there}"


def test_who_speaks_last_with_a_dead_keepaliveds_addresses_draws_nothing_away(world: World):
    before = world.settle()
    node, after = world.lab.node(before), world.other(before)
    (guest,) = (each["ip_address"] for each in world.port["fixed_ips"] if "." in each["ip_address"])
    pinging = ["ip", "netns", "exec", world.netns, "ping", "-qni0.005"]
    last_words = [node.popen([*pinging, whom], stdout=DEVNULL) for whom in (guest, "203.0.113.1")]
    ping = world.ping()
    try:
        time.sleep(0.5)
        children_first = reversed(
            world.pids(before, "keepalived")
        )  # a child whose parent ends gives way in peace
        node.run(["kill", "-KILL", *map(str, children_first)])
        until(lambda: world.masters() == [after], 5, "the other node alone is master")
        time.sleep(2)
    finally:
        for each in last_words:
            each.kill()
    assert ping.stop().gap.milliseconds < SILENCE
