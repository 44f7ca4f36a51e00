"""Which routers a node gives up for want of their external gateways, and what it holds of them after."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from hawser.node.agent.gateways import MARGIN, Gateways
from hawser.node.planners.facts import Outlook
from tests.node import samples

INTERVAL = 2.0
ROUTER = samples.ROUTER
ALL = [samples.router()]
MASTER, STANDBY = frozenset({ROUTER}), frozenset()
LOST, DOUBTED = {ROUTER: Outlook.LOST}, {ROUTER: Outlook.DOUBTED}


def test_a_master_whose_gateways_do_not_answer_has_lost_them_until_they_do():
    gateways = Gateways(INTERVAL)
    assert gateways.checked(0, {ROUTER: True}, MASTER, ALL) == {}
    assert gateways.checked(2, {ROUTER: False}, MASTER, ALL) == LOST
    assert gateways.checked(100, {ROUTER: False}, MASTER, ALL) == LOST, "a lone one goes on, and is checked"
    assert gateways.checked(102, {ROUTER: True}, MASTER, ALL) == {}


def test_who_gave_up_doubts_when_every_peer_had_its_turn_and_for_as_long_as_it_stands_by():
    two, three = (
        samples.router(),
        samples.router(ha=replace(samples.router().ha, peers=(ip_address("::1"),) * 2)),
    )
    for router, peers in ((two, 1), (three, 2)):
        gateways = Gateways(INTERVAL)
        gateways.checked(0, {ROUTER: False}, MASTER, [router])
        turns = peers * (INTERVAL + MARGIN)
        assert gateways.checked(turns - 0.1, {}, STANDBY, [router]) == LOST
        assert gateways.checked(turns + 0.1, {}, STANDBY, [router]) == DOUBTED
        assert gateways.checked(turns + 1000, {}, STANDBY, [router]) == DOUBTED


def test_who_is_master_again_has_not_looked_yet_and_holds_nothing_against_its_gateways():
    gateways = Gateways(INTERVAL)
    gateways.checked(0, {ROUTER: False}, MASTER, ALL)
    gateways.checked(1, {}, STANDBY, ALL)
    assert gateways.checked(2, {}, MASTER, ALL) == {}
    assert gateways.checked(3, {}, STANDBY, ALL) == {}


def test_a_router_that_is_gone_is_forgotten():
    gateways = Gateways(INTERVAL)
    gateways.checked(0, {ROUTER: False}, MASTER, ALL)
    assert gateways.checked(0.1, {}, STANDBY, []) == {}
