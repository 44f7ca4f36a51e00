"""Where a router sends what, highly available or alone."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from hawser.machine.items.file import File
from hawser.machine.items.route import Route
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from hawser.node.planners import feet
from hawser.wire import intent
from tests.node import samples

QR, QG = "qr-da3504ad-ba", "qg-33fedbc5-43"
DEFAULT = "0.0.0.0/0 via 203.0.113.1"


def routes(**changes):
    """As `ip route` writes them, without the interface where it is the gateway's."""
    found = feet.routes(samples.router(**changes))
    via = (
        (to, f" via {hop}" if hop else "", "" if link == QG else f" dev {link}") for to, hop, link in found
    )
    return [f"{to}{hop}{link}" for to, hop, link in via]


def static(*pairs):
    return tuple(intent.Route(ip_network(to), ip_address(hop)) for to, hop in pairs)


def gateway(*addresses):
    return replace(samples.router().gateway, addresses=tuple(ip_interface(each) for each in addresses))


def test_the_default_route_is_the_gateways():
    assert routes() == [DEFAULT]
    assert routes(gateway=None, next_hops=()) == []


def test_each_ip_version_has_the_first_default_route():
    both = tuple(map(ip_address, ("203.0.113.1", "2001:db8::1", "198.18.0.1")))
    foot = gateway("203.0.113.21/24", "2001:db8::21/64", "198.18.0.21/24")
    assert routes(gateway=foot, next_hops=both) == [DEFAULT, "::/0 via 2001:db8::1"]


def test_what_is_on_a_link_of_its_own_is_not_sent_elsewhere():
    assert routes(routes=static(("198.51.100.0/24", "198.51.100.9"))) == [DEFAULT]
    assert (
        routes(routes=static(("198.51.100.0/25", "198.51.100.9")))[0]
        == f"198.51.100.0/25 via 198.51.100.9 dev {QR}"
    )


def test_a_next_hop_outside_of_the_gateways_subnets_is_on_its_link():
    hops = (ip_address("192.0.2.1"), ip_address("fe80::1"))
    assert routes(next_hops=hops) == ["192.0.2.1/32", "0.0.0.0/0 via 192.0.2.1", "::/0 via fe80::1"]


def test_the_external_networks_other_subnets_are_on_its_link_but_none_that_is_inside():
    others = tuple(map(ip_network, ("198.18.0.0/24", "198.51.100.0/25", "2001:db8:1::/64")))
    assert routes(onlink=others) == ["198.18.0.0/24", "2001:db8:1::/64", DEFAULT]


def test_static_routes_go_by_the_subnet_of_their_next_hop_and_wait_for_it():
    more = static(
        ("192.0.2.0/24", "198.51.100.9"), ("198.18.0.0/15", "203.0.113.9"), ("10.0.0.0/8", "10.9.9.9")
    )
    assert routes(routes=more) == [
        f"192.0.2.0/24 via 198.51.100.9 dev {QR}",
        "198.18.0.0/15 via 203.0.113.9",
        DEFAULT,
    ]


def test_a_static_route_goes_before_the_gateways_and_a_destination_has_one():
    twice = static(("0.0.0.0/0", "198.51.100.9"), ("0.0.0.0/0", "198.51.100.10"))
    assert routes(routes=twice) == [f"0.0.0.0/0 via 198.51.100.9 dev {QR}"]


def test_a_router_has_its_routes_from_keepalived_or_alone_itself():
    off = samples.router(next_hops=(ip_address("192.0.2.1"),))
    items = planned(off).values()
    conf = next(item for item in items if isinstance(item, File) and item.path.endswith("keepalived.conf"))
    link_route, default = f"192.0.2.1/32 dev {QG} scope link\n", f"0.0.0.0/0 via 192.0.2.1 dev {QG}\n"
    assert 0 < conf.content.index(link_route) < conf.content.index(default)
    assert not [item for item in items if isinstance(item, Route)]
    alone = [item for item in planned(replace(off, ha=None)).values() if isinstance(item, Route)]
    assert {(str(route.destination), route.nexthop and str(route.nexthop)) for route in alone} == {
        ("192.0.2.1/32", None),
        ("0.0.0.0/0", "192.0.2.1"),
    }


def planned(router):
    return desired.desired(samples.node(routers=(router,)), samples.facts(), ROLES.values())
