"""What a master carries packets by after it gave its addresses away: which routes, and for how long."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

import pytest

from hawser.machine.items.route import Route
from hawser.node.agent import parts
from hawser.node.agent.parts import PARTING, SETTLED, Parts
from hawser.node.planners import handover
from hawser.node.planners.router import desire
from hawser.wire.intent import Route as StaticRoute
from hawser.wire.report import Mastership
from tests.node import samples

NETNS = f"qrouter-{samples.ROUTER}"
QR, QG = f"qr-{samples.QR[:11]}", f"qg-{samples.QG[:11]}"
CARRIED = frozenset({samples.ROUTER})
ACTIVE, STANDBY = Mastership.ACTIVE, Mastership.STANDBY
ID = samples.ROUTER


def routes(carried=CARRIED, **changes):
    return set(handover.desire(samples.router(**changes), samples.facts(carried=carried)))


def local(address):
    return Route(NETNS, ip_network(address), None, "lo", 4096, local=True)


def on_link(network, link):
    return Route(NETNS, ip_network(network), None, link, 4096)


def test_a_master_has_its_routes_a_second_time():
    assert routes() == {
        local("198.51.100.1"),
        local("203.0.113.21"),
        on_link("198.51.100.0/24", QR),
        on_link("203.0.113.0/24", QG),
        Route(NETNS, ip_network("0.0.0.0/0"), ip_address("203.0.113.1"), QG, 4096),
    }


def test_of_both_versions_and_static_ones_too():
    foot = replace(samples.router().interfaces[0], addresses=(ip_interface("2001:db8:7::1/64"),))
    static = StaticRoute(ip_network("2001:db8:8::/64"), ip_address("2001:db8:7::9"))
    assert routes(interfaces=(foot,), gateway=None, routes=(static,)) == {
        local("2001:db8:7::1"),
        on_link("2001:db8:7::/64", QR),
        Route(NETNS, static.destination, static.nexthop, QR, 4096),
    }


def test_who_does_not_carry_a_router_has_none_and_one_that_is_alone_needs_none():
    assert routes(carried=frozenset()) == set()
    alone = replace(samples.node(), routers=(samples.router(ha=None),))
    found = [item for item in desire(alone, samples.facts(carried=CARRIED)) if isinstance(item, Route)]
    assert found and all(route.metric == 0 for route in found)


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(parts.time, "monotonic", lambda: now[0])
    return now


def test_a_router_is_carried_once_its_master_is_settled_and_until_a_moment_after(clock):
    played = Parts()
    played.play(ID, STANDBY)
    assert (played.carried(), played.unsettled_for()) == (frozenset(), None)
    played.play(ID, ACTIVE)
    assert (played.carried(), played.unsettled_for()) == (frozenset(), SETTLED)
    clock[0] += SETTLED
    assert (played.carried(), played.unsettled_for()) == ({ID}, None)
    played.play(ID, STANDBY)
    assert (played.carried(), played.unsettled_for()) == ({ID}, PARTING)
    clock[0] += PARTING
    assert (played.carried(), played.unsettled_for()) == (frozenset(), None)


def test_one_that_is_master_again_soon_settles_anew(clock):
    played = Parts()
    played.play(ID, ACTIVE, found=True)
    played.play(ID, STANDBY)
    played.play(ID, ACTIVE)
    assert (played.carried(), played.unsettled_for()) == (frozenset(), SETTLED)


def test_one_that_gives_way_before_it_is_settled_has_nothing_to_part_with(clock):
    played = Parts()
    played.play(ID, ACTIVE)
    played.play(ID, STANDBY)
    assert (played.carried(), played.unsettled_for()) == (frozenset(), None)
    clock[0] += SETTLED
    assert played.carried() == frozenset()


def test_who_is_found_to_be_master_is_settled_and_who_is_gone_is_forgotten(clock):
    played = Parts()
    played.play(ID, ACTIVE, found=True)
    assert played.carried() == {ID}
    played.forget([ID])
    assert (played.carried(), played.unsettled_for()) == (frozenset(), None)
