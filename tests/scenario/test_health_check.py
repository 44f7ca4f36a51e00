"""A master that reaches no external gateway of its router gives it up (`ha_vrrp_health_check_interval`)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.world import NETWORK_NODES, World, came_back, raised, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
INTERVAL = 1


@pytest.fixture(scope="module")
def checked() -> Iterator[World]:
    settings = [f"network.l3_agent.DEFAULT.ha_vrrp_health_check_interval={INTERVAL}"]
    with raised("health", settings=settings) as world:
        yield world


@pytest.fixture(autouse=True)
def _healed(checked: World) -> Iterator[None]:
    yield
    for name in NETWORK_NODES:
        checked.lab.heal(name)


@pytest.mark.parametrize("fault", [Fault.LINK, Fault.SILENCE])
def test_the_other_node_takes_over_when_the_external_link_alone_fails(checked: World, fault: Fault):
    before = checked.settle()
    after = checked.other(before)
    ping = checked.ping()
    time.sleep(2)
    cut = time.time()
    checked.lab.fail(before, fault, "external")
    until(lambda: checked.masters() == [after], 5, f"{after} takes over")
    time.sleep(1)
    healed = time.time()
    checked.lab.heal(before)
    time.sleep(4)
    record = ping.stop()
    assert came_back(record, healed)
    assert record.between(0, healed).gap.milliseconds < (INTERVAL + 2) * 1000
    assert record.between(healed).lost == 0
    assert record.between(0, cut).lost == 0
    assert checked.masters() == [after], "what is well stays where it is"


def test_with_all_gateways_lost_the_router_goes_round_until_one_has_it_again(checked: World):
    first = checked.settle()
    for name in NETWORK_NODES:
        checked.lab.fail(name, Fault.SILENCE, "external")
    for master in (checked.other(first), first, checked.other(first)):
        until(lambda master=master: checked.masters() == [master], 6, f"it is {master}'s turn")
    checked.lab.heal(first)
    until(lambda: checked.masters() == [first], 8, "the one with a gateway has it")
    time.sleep(3 * INTERVAL)
    assert checked.settle() == first


def test_a_drained_node_that_has_the_gateways_keeps_what_the_other_one_gave_up(checked: World):
    master = checked.settle()
    other = checked.other(master)
    (agent,) = checked.admin.network("GET", "agents", binary="neutron-l3-agent", host=other)["agents"]
    checked.admin.network("PUT", f"agents/{agent['id']}", {"agent": {"drained": True}})
    try:
        checked.lab.fail(master, Fault.LINK, "external")
        until(
            lambda: checked.masters() == [other], 5, "the drained node takes over, for only it has gateways"
        )
        ping = checked.ping()
        time.sleep(4 * (INTERVAL + 1))
        assert ping.stop().lost == 0
        assert checked.masters() == [other]
    finally:
        checked.admin.network("PUT", f"agents/{agent['id']}", {"agent": {"drained": False}})
