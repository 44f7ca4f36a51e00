"""A keepalived that hangs is started again, and leaves no second master."""

from __future__ import annotations

import time

import pytest

from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]


def test_a_masters_keepalived_that_is_stopped_is_ended_and_one_master_remains(world: World):
    master = world.settle()
    ping = world.ping()
    time.sleep(1)
    victims = world.pids(master, "keepalived")
    world.lab.node(master).run(["kill", "-STOP", *map(str, victims)])
    until(lambda: world.masters() == [world.other(master)], 3, "the other node takes over, alone")
    until(lambda: len(world.pids(master, "keepalived")) == len(victims), 5, "keepalived runs again")
    assert not set(victims) & set(world.pids(master, "keepalived"))
    time.sleep(2)
    assert ping.stop().gap.milliseconds < 300
    assert world.settle() == world.other(master)


def test_a_standbys_keepalived_that_is_stopped_is_started_again_and_nothing_moves(world: World):
    master = world.settle()
    standby = world.other(master)
    ping = world.ping()
    time.sleep(1)
    victims = world.pids(standby, "keepalived")
    world.lab.node(standby).run(["kill", "-STOP", *map(str, victims)])
    until(lambda: world.pids(standby, "keepalived") not in ([], victims), 5, "keepalived runs again")
    time.sleep(2)
    assert ping.stop().lost == 0
    assert world.masters() == [master]
