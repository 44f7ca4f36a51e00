"""A router survives what befalls the node that carries it; a user sees a short silence, or none."""

from __future__ import annotations

import time

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, came_back, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]


def test_power_off_is_survived_and_the_returning_node_does_not_take_over(world: World):
    before = world.settle()
    after = world.other(before)
    ping = world.ping()
    time.sleep(1)
    world.lab.fail(before, Fault.POWER)
    until(lambda: world.masters() == [after], 10, f"{after} takes over")
    until(lambda: world.states()[after] == "active", 10, "the API says who is active")
    time.sleep(1)
    healed = time.time()
    world.lab.heal(before)
    until(
        lambda: world.netns in world.lab.node(before).run(["ip", "netns"]).stdout,
        20,
        "the router is there again",
    )
    time.sleep(4)
    record = ping.stop()
    assert world.masters() == [after]
    assert came_back(record, healed)
    assert record.between(healed).lost == 0


def test_a_node_without_power_is_never_shown_active(world: World):
    before = world.settle()
    world.lab.fail(before, Fault.POWER)
    try:
        until(lambda: world.states()[before] != "active", 30, "the dead node is not active")
    finally:
        world.lab.heal(before)


def test_the_overlay_interface_down_promotes_the_other_node_and_up_again_changes_nothing(world: World):
    before = world.settle()
    after = world.other(before)
    ping = world.ping()
    time.sleep(1)
    world.lab.fail(before, Fault.LINK, "tunnel")
    until(lambda: after in world.masters(), 10, f"{after} takes over")
    time.sleep(1)
    healed = time.time()
    world.lab.heal(before)
    until(lambda: len(world.masters()) == 1, 10, "one of two masters gives way")
    time.sleep(2)
    assert came_back(ping.stop(), healed)


def test_a_node_that_is_cut_off_for_long_draws_no_traffic_to_itself(world: World):
    before = world.settle()
    ping = world.ping()
    time.sleep(1)
    world.lab.fail(before, Fault.LINK, "tunnel")
    until(lambda: world.masters() == [world.other(before)], 10, "the cut-off node lets its addresses go")
    time.sleep(12)
    record = ping.stop()
    world.lab.heal(before)
    assert record.gap.milliseconds < 1000
    assert record.lost < 50


def test_ipv6_survives_as_well(world: World):
    address = next(ip["ip_address"] for ip in world.port["fixed_ips"] if ":" in ip["ip_address"])
    outside = world.lab.node("outside")
    gateways = [
        ip["ip_address"]
        for port in world.admin.network("GET", "ports", device_id=world.router)["ports"]
        if port["device_owner"] == "network:router_gateway"
        for ip in port["fixed_ips"]
        if ":" in ip["ip_address"]
    ]
    outside.run(["ip", "-6", "route", "replace", "fd00:198:51:100::/64", "via", gateways[0]])
    until(
        lambda: outside.run(["ping", "-c1", "-W1", address], check=False).returncode == 0, 30, "IPv6 answers"
    )
    before = world.settle()
    ping = world.ping(address)
    time.sleep(1)
    cut = time.time()
    world.lab.fail(before, Fault.POWER)
    time.sleep(4)
    record = ping.stop()
    world.lab.heal(before)
    assert came_back(record, cut + 2)


def test_a_killed_keepalived_is_started_again_and_one_master_remains(world: World):
    master = world.settle()
    ping = world.ping()
    time.sleep(1)
    victims = world.pids(master, "keepalived")
    assert victims
    world.lab.node(master).run(["kill", "-9", *map(str, victims)])
    until(lambda: world.pids(master, "keepalived") not in ([], victims), 10, "keepalived runs again")
    until(lambda: len(world.masters()) == 1, 5, "the addresses that the dead one left are gone")
    time.sleep(2)
    assert ping.stop().lost == 0
    assert len(world.masters()) == 1
