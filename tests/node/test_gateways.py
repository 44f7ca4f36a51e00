"""Which routers a node gives up for want of their external gateways, and until when."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from hawser.node.agent.gateways import MARGIN, Gateways
from tests.node import samples

INTERVAL = 2.0
ROUTER = samples.ROUTER
ALL = [samples.router()]


def test_a_master_whose_gateways_do_not_answer_is_stranded_until_they_do():
    gateways = Gateways(INTERVAL)
    assert gateways.checked(0, {ROUTER: True}, ALL) == frozenset()
    assert gateways.checked(2, {ROUTER: False}, ALL) == {ROUTER}
    assert gateways.checked(100, {ROUTER: False}, ALL) == {ROUTER}, "a lone one goes on, and is checked"
    assert gateways.checked(102, {ROUTER: True}, ALL) == frozenset()


def test_who_gave_up_is_better_again_when_every_peer_had_its_turn():
    two, three = (
        samples.router(),
        samples.router(ha=replace(samples.router().ha, peers=(ip_address("::1"),) * 2)),
    )
    for router, peers in ((two, 1), (three, 2)):
        gateways = Gateways(INTERVAL)
        gateways.checked(0, {ROUTER: False}, [router])
        turns = peers * (INTERVAL + MARGIN)
        assert gateways.checked(turns - 0.1, {}, [router]) == {ROUTER}
        assert gateways.checked(turns + 0.1, {}, [router]) == frozenset()


def test_a_router_that_is_gone_is_forgotten():
    gateways = Gateways(INTERVAL)
    gateways.checked(0, {ROUTER: False}, ALL)
    assert gateways.checked(0.1, {}, []) == frozenset()
