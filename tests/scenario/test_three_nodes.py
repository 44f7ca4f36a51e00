"""A router on three nodes: its connections live through the loss of one after another, also on one that came later."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.instances import first
from tests.scenario.talk import chat, echoing
from tests.scenario.world import World, raised, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]
NODES = ("network1", "network2", "network3")


@pytest.fixture
def three() -> Iterator[World]:
    with raised("three", NODES) as world:
        yield world


def lose_master(world: World, left: set[str]) -> str:
    """Its node loses its power; who follows."""
    (master,) = world.masters()
    ping = world.ping()
    time.sleep(0.5)
    world.lab.fail(master, Fault.POWER)
    until(lambda: len(world.masters()) == 1, 10, "another takes over")
    time.sleep(2)
    assert ping.stop().gap.milliseconds < 1200
    (successor,) = world.masters()
    assert successor in left - {master}
    return successor


def test_connections_live_on_a_node_that_came_later_when_all_others_are_lost(three: World):
    master = three.settle()
    newcomer = three.other(master)
    (agent,) = three.admin.network("GET", "agents", binary="neutron-l3-agent", host=newcomer)["agents"]
    routers = f"agents/{agent['id']}/l3-routers"
    three.admin.network("DELETE", f"{routers}/{three.router}")
    until(lambda: newcomer not in three.states(), 10, "it has gone")
    with echoing(three):
        guest = first(three)
        talk = chat(three, (guest.node.name, guest.name))
        time.sleep(1)
        three.admin.network("POST", routers, {"router_id": three.router})
        assert three.settle() == master
        time.sleep(3)
        left = set(NODES)
        for _ in range(2):
            left.discard(three.masters()[0])
            lose_master(three, left)
        assert talk.poll() is None
        said, _ = talk.communicate(timeout=20)
    assert "survived" in said, said
