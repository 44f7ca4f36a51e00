"""A node that stood still and goes on does not take its routers back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import NETWORK_NODES, World, came_back, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def _healed(world: World) -> Iterator[None]:
    yield
    for node in NETWORK_NODES:
        world.lab.heal(node)


def test_who_took_over_from_a_node_that_stood_still_stays_master_when_it_goes_on(world: World):
    for _ in NETWORK_NODES:  # one of the two has the higher address
        before = world.settle()
        after = world.other(before)
        until(lambda node=before: rank(world, node) == "40", 5, "it is known that the other stands by")
        ping = world.ping()
        time.sleep(0.5)
        world.lab.fail(before, Fault.FREEZE)
        time.sleep(1.5)
        assert rank(world, after) == "45"
        thawed = time.time()
        world.lab.heal(before)
        until(lambda node=after: rank(world, node) == "40", 5, "the other is known to have given way")
        time.sleep(1)
        record = ping.stop()
        assert came_back(record, thawed)
        assert record.between(thawed).gap.milliseconds < 200
        assert world.masters() == [after]


def test_while_the_node_that_was_lost_is_away_its_successor_goes_on_leaning(world: World):
    before = world.settle()
    world.lab.fail(before, Fault.POWER)
    until(lambda: rank(world, world.other(before)) == "45", 5, "the other took over")
    time.sleep(2)
    assert rank(world, world.other(before)) == "45"
    world.lab.heal(before)
    until(lambda: rank(world, world.other(before)) == "40", 30, "it is back and stands by")


def rank(world: World, node: str) -> str:
    """The number by which the node leans on the router's election."""
    file = f"/var/lib/neutron/ha_confs/{world.router}/rank"
    return world.lab.node(node).path(file).read_text().strip()
