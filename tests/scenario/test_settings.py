"""What an operator sets by hand is honoured."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import World, came_back, raised, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def classic() -> Iterator[World]:
    settings = [
        "network.l3_agent.DEFAULT.ha_vrrp_advert_int=2",
        "network.l3_agent.DEFAULT.ha_vrrp_auth_password=secret",
        "network.linuxbridge_agent.vxlan.l2_population=False",
        "compute.linuxbridge_agent.vxlan.l2_population=False",
        "network.linuxbridge_agent.vxlan.vxlan_group=239.1.0.0/16",
        "compute.linuxbridge_agent.vxlan.vxlan_group=239.1.0.0/16",
    ]
    with raised("classic", settings=settings) as world:
        yield world


def test_a_heartbeat_of_two_seconds_is_what_is_on_the_wire(classic: World):
    node = classic.lab.node(classic.settle())
    ha = next(
        name for name in node.run(["ip", "-n", classic.netns, "-br", "link"]).stdout.split() if "ha-" in name
    )
    words = ["timeout", "6", "tcpdump", "-n", "-v", "-l", "-c", "2", "-i", ha.partition("@")[0], "vrrp"]
    seen = node.run(["ip", "netns", "exec", classic.netns, *words], check=False).stdout
    assert "VRRPv2, Advertisement, vrid 1, prio 50, authtype simple, intvl 2s" in seen
    assert 'auth "secret"' in seen


def test_failover_works_with_slow_heartbeats_and_without_l2_population(classic: World):
    before = classic.settle()
    tunnels = classic.lab.node(before).run(["ip", "-d", "link", "show", "type", "vxlan"]).stdout
    chosen = re.findall(r"vxlan id (\d+) group (\S+)", tunnels)
    assert chosen == [(vni, f"239.1.0.{vni}") for vni, _ in chosen], "each network has its own group"
    assert chosen
    ping = classic.ping()
    time.sleep(1)
    cut = time.time()
    classic.lab.fail(before, Fault.POWER)
    until(lambda: classic.masters() == [classic.other(before)], 15, "the other node takes over")
    time.sleep(2)
    healed = time.time()
    classic.lab.heal(before)
    time.sleep(8)
    record = ping.stop()
    assert came_back(record, cut + 1)
    assert record.between(cut - 0.5).gap.milliseconds > 2000, "the slow heartbeat is really used"
    assert record.between(healed).lost == 0, "who returns takes nothing back"


def test_a_planned_move_loses_nothing_with_slow_heartbeats(classic: World):
    before = classic.settle()
    ping = classic.ping()
    time.sleep(0.5)
    classic.admin.network("PUT", f"routers/{classic.router}/failover", {})
    until(lambda: classic.masters() == [classic.other(before)], 20, "the other node is master")
    time.sleep(1)
    assert ping.stop().lost == 0
