"""What is connected stays connected while its router moves, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.instances import Instance, booted, first
from tests.scenario.talk import chat, echoing
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


@pytest.fixture
def echo(world: World) -> Iterator[None]:
    with echoing(world):
        yield


@pytest.fixture
def hidden(world: World) -> Iterator[Instance]:
    """An instance without a floating IP: it goes out by the gateway's address."""
    with booted(world, "hidden", world.tenant) as guest:
        yield guest


def planned_move(world: World) -> None:
    before = world.settle()
    world.admin.network("PUT", f"routers/{world.router}/failover", {})
    until(lambda: world.masters() == [world.other(before)], 10, "the other node is master")


def power_cut(world: World) -> None:
    before = world.settle()
    world.lab.fail(before, Fault.POWER)
    until(lambda: world.masters() == [world.other(before)], 10, "the other node takes over")
    time.sleep(1)
    world.lab.heal(before)


@pytest.mark.usefixtures("echo")
def test_tcp_through_snat_and_floating_ip_survives_five_moves_and_five_power_cuts(
    world: World, hidden: Instance
):
    talks = [chat(world, (guest.node.name, guest.name)) for guest in (hidden, first(world))]
    time.sleep(1)
    for _ in range(5):
        planned_move(world)
        time.sleep(1)
        power_cut(world)
        world.settle()
        time.sleep(2)
    assert all(talk.poll() is None for talk in talks), "they went on all the time"
    for talk in talks:
        said, _ = talk.communicate(timeout=20)
        assert "survived" in said, said


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize("on_master", [True, False], ids=["master", "stand-by"])
def test_a_conntrackd_that_hangs_is_started_again_and_makes_good_what_it_missed(
    world: World, hidden: Instance, on_master: bool
):
    master = world.settle()
    node = master if on_master else world.other(master)
    (victim,) = world.pids(node, "conntrackd")
    world.lab.stop(f"node@{node}")
    world.lab.node(node).run(["kill", "-STOP", str(victim)])
    talk = chat(world, (hidden.node.name, hidden.name))
    world.lab.start(f"node@{node}")
    until(lambda: world.pids(node, "conntrackd") not in ([], [victim]), 10, "another runs")
    time.sleep(1)
    world.lab.fail(master, Fault.POWER)
    until(lambda: world.masters() == [world.other(master)], 10, "the other node takes over")
    time.sleep(1)
    assert talk.poll() is None
    world.lab.heal(master)
    said, _ = talk.communicate(timeout=20)
    assert "survived" in said, said


@pytest.mark.usefixtures("echo")
def test_a_takeover_while_no_agent_runs_ends_no_connection_nor_does_the_next_one(
    world: World, hidden: Instance
):
    master = world.settle()
    other = world.other(master)
    talk = chat(world, (hidden.node.name, hidden.name))
    time.sleep(1)
    for node in world.nodes:
        world.lab.stop(f"node@{node}")
    world.lab.fail(master, Fault.POWER)
    until(lambda: world.masters() == [other], 10, "the other node takes over")
    time.sleep(1)
    assert talk.poll() is None
    world.lab.start(f"node@{other}")
    world.lab.heal(master)
    world.settle()
    time.sleep(2)
    planned_move(world)
    time.sleep(1)
    assert talk.poll() is None
    said, _ = talk.communicate(timeout=20)
    assert "survived" in said, said
