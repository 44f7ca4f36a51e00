"""A router's own ports are given other addresses by themselves: what their router lives by still holds."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.port import PortChanges, WantedIp
from hawser.server.model.router import ExtraRoute, RouterChanges
from hawser.server.service import port, router
from tests.server.stage import ADMIN, DEMO, SLAAC


def give(stage, port_, *wanted, caller=DEMO):
    changed = port.update(stage.store, caller, port_.id, PortChanges(fixed_ips=wanted))
    return [str(each.address) for each in changed.fixed_ips]


def refused(stage, port_, *wanted, error=BadInput, caller=DEMO):
    """Why it was; nothing has changed."""
    with pytest.raises(error) as caught:
        give(stage, port_, *wanted, caller=caller)
    assert port.get(stage.store, ADMIN, port_.id).fixed_ips == port_.fixed_ips
    return str(caught.value)


def test_an_interface_takes_another_address_of_its_subnet_or_another_subnet(stage, lan, inside):
    joined = stage.joined(stage.router(), inside)
    assert give(stage, joined, WantedIp(inside.id, ip_address("10.0.0.9"))) == ["10.0.0.9"]
    other = stage.subnet(lan, "10.0.1.0/24")
    assert give(stage, joined, WantedIp(other.id, ip_address("10.0.1.9"))) == ["10.0.1.9"]


def test_an_interface_takes_no_subnet_that_the_router_has_or_that_overlaps(stage, lan, inside):
    made = stage.router()
    joined = stage.joined(made, inside)
    stage.joined(made, stage.subnet(stage.network(), "10.7.0.0/16"))
    six, second = (stage.subnet(lan, "fd00::/64", **SLAAC), stage.subnet(lan, "10.0.1.0/24"))
    stage.joined(made, six)
    overlapping = stage.subnet(lan, "10.7.1.0/24")
    kept = WantedIp(inside.id, ip_address("10.0.0.1"))
    assert "10.7.1.0/24 overlaps" in refused(stage, joined, WantedIp(overlapping.id))
    assert "has another port" in refused(stage, joined, kept, WantedIp(six.id, ip_address("fd00::9")))
    assert "one IPv4 subnet" in refused(stage, joined, kept, WantedIp(second.id))


def test_an_interface_keeps_the_subnet_that_floating_ips_or_routes_need(stage, lan, inside):
    made = stage.gateway(stage.router(), external := stage.external())
    joined = stage.joined(made, inside)
    other = WantedIp(stage.subnet(lan, "10.0.1.0/24").id)
    route = ExtraRoute(ip_network("192.0.2.0/24"), ip_address("10.0.0.254"))
    router.update(stage.store, DEMO, made.id, RouterChanges(routes=(route,)))
    assert "routes" in refused(stage, joined, other, error=Conflict)
    router.update(stage.store, DEMO, made.id, RouterChanges(routes=()))
    led = stage.floating(external, port_id=stage.port(lan, fixed_ips=(WantedIp(inside.id),)).id)
    assert "floating IPs" in refused(stage, joined, other, error=Conflict)
    assert "floating IPs" in refused(stage, joined, error=Conflict)
    held = port.get(stage.store, ADMIN, led.external_port_id)
    elsewhere = WantedIp(address=ip_address("203.0.113.99"))
    assert "keeps its address" in refused(stage, held, elsewhere, caller=ADMIN)


def test_a_gateways_port_keeps_what_floating_ips_need_and_overlaps_with_nothing(stage, lan, inside):
    made = stage.gateway(stage.router(), external := stage.external())
    stage.joined(made, inside)
    held = port.get(stage.store, ADMIN, made.gateway.port_id)
    six = WantedIp(stage.subnet(external, "2001:db8::/64", ADMIN).id)
    held = port.get(stage.store, ADMIN, held.id)
    within = WantedIp(stage.subnet(external, "10.0.0.128/25", ADMIN).id)
    assert "overlaps" in refused(stage, held, within, caller=ADMIN)
    stage.floating(external, port_id=stage.port(lan).id)
    assert "floating IPs" in refused(stage, held, six, caller=ADMIN, error=Conflict)
