"""A node whose packets are lost in silence does no harm; the last one left goes on serving."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, came_back, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
WITNESSES = ("compute1", "compute2")


@pytest.fixture(autouse=True)
def _healed(world: World) -> Iterator[None]:
    yield
    for node in world.lab.nodes():
        world.lab.heal(node.name)


def test_a_standby_that_is_cut_off_draws_no_traffic_to_itself_nor_when_it_is_back(world: World):
    master = world.settle()
    ping = world.ping()
    time.sleep(1)
    world.lab.fail(world.other(master), Fault.SILENCE, "tunnel")
    time.sleep(4)
    assert world.masters() == [master]
    world.lab.heal(world.other(master))
    time.sleep(3)
    assert ping.stop().lost == 0
    assert world.masters() == [master]


def test_a_master_that_is_cut_off_steps_down_and_gives_way_when_it_is_back(world: World):
    before = world.settle()
    ping = world.ping()
    time.sleep(1)
    world.lab.fail(before, Fault.SILENCE, "tunnel")
    until(lambda: world.masters() == [world.other(before)], 3, "the cut-off node lets its addresses go")
    time.sleep(3)
    healed = time.time()
    world.lab.heal(before)
    time.sleep(3)
    record = ping.stop()
    assert record.between(0, healed).gap.milliseconds < 1000
    assert came_back(record, healed)
    assert record.between(healed).lost == 0
    assert world.masters() == [world.other(before)]


def test_who_is_cut_off_stays_out_though_its_agent_starts_anew(world: World):
    master = world.settle()
    cut = world.other(master)
    ping = world.ping()
    time.sleep(1)
    world.lab.fail(cut, Fault.SILENCE, "tunnel")
    time.sleep(1)
    world.lab.stop(f"node@{cut}")
    world.lab.start(f"node@{cut}")
    time.sleep(15)
    assert world.masters() == [master]
    world.lab.heal(cut)
    time.sleep(2)
    assert ping.stop().lost == 0


def test_the_last_one_left_goes_on_serving(world: World):
    survivor = world.settle()
    world.lab.fail(world.other(survivor), Fault.POWER)
    ping = world.ping(_gateway(world))
    for witness in WITNESSES:
        time.sleep(1)
        world.lab.fail(witness, Fault.SILENCE, "tunnel")
    time.sleep(3)
    assert world.masters() == [survivor]
    for name in (*WITNESSES, world.other(survivor)):
        world.lab.heal(name)
    time.sleep(1)
    assert ping.stop().lost == 0


def _gateway(world: World) -> str:
    """The router's own address outside."""
    ports = world.admin.network("GET", "ports", device_id=world.router)["ports"]
    (gateway,) = (port for port in ports if port["device_owner"] == "network:router_gateway")
    return next(ip["ip_address"] for ip in gateway["fixed_ips"] if "." in ip["ip_address"])
