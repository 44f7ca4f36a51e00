"""A lost node is replaced as soon as it falls silent, long before heartbeats would tell; one that lives is not."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, raised, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
SLOW = ("network.l3_agent.DEFAULT.ha_vrrp_advert_int=0.8",)
"""Three heartbeats are more than two seconds."""


@pytest.fixture(scope="module")
def slow() -> Iterator[World]:
    with raised("slow", settings=SLOW) as world:
        yield world


def test_who_cannot_be_pinged_and_lives_goes_on(slow: World):
    master = slow.settle()
    standby, address = slow.lab.node(slow.other(master)), slow.lab.node(master).spec.address("tunnel").ip
    ping = slow.ping()
    time.sleep(0.5)
    rule = ["INPUT", "-s", str(address), "-p", "icmp", "-j", "DROP"]
    standby.run(["iptables", "-I", *rule])
    time.sleep(2)
    standby.run(["iptables", "-D", *rule])
    assert ping.stop().lost == 0
    assert slow.masters() == [master]


def test_a_lost_node_is_replaced_before_three_heartbeats_are_missed(slow: World):
    master = slow.settle()
    ping = slow.ping()
    time.sleep(0.5)
    slow.lab.fail(master, Fault.POWER)
    until(lambda: slow.masters() == [slow.other(master)], 10, "the other node takes over")
    time.sleep(0.5)
    assert ping.stop().gap.milliseconds < 1200
