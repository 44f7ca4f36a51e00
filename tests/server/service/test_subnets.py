"""Subnets, their pools, and the DHCP servers that serve them."""

from __future__ import annotations

from ipaddress import ip_address
from uuid import NAMESPACE_DNS, uuid5

import pytest

from hawser.base.addresses import eui64
from hawser.base.errors import BadInput, Conflict
from hawser.server.model.filters import ALL, Filters
from hawser.server.model.port import DHCP, WantedIp
from hawser.server.model.subnet import Pool, SubnetChanges
from hawser.server.service import agent, network, port, subnet
from tests.server.stage import ADMIN, DEMO
from tests.server.stage import DHCP as DHCP_ROLE

SLAAC = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}


def pool(first, last):
    return Pool(ip_address(first), ip_address(last))


def dhcp_ports(stage, made):
    where = (("network_id", (made.id,)), ("device_owner", (DHCP,)))
    return port.search(stage.store, ADMIN, Filters(where=where, sort=(("host", False),)))


def test_the_gateway_is_the_first_address_and_the_pool_is_the_rest(stage):
    made = stage.subnet(stage.network(), "10.0.0.0/24")
    assert made.gateway_ip == ip_address("10.0.0.1")
    assert made.pools == (pool("10.0.0.2", "10.0.0.254"),)
    bare = stage.subnet(stage.network(), "10.0.0.0/24", gateway_ip=None)
    assert bare.pools == (pool("10.0.0.1", "10.0.0.254"),)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"pools": (pool("10.0.0.1", "10.0.0.9"),)}, "GatewayConflictWithAllocationPools"),
        (
            {"pools": (pool("10.0.0.5", "10.0.0.9"), pool("10.0.0.9", "10.0.0.10"))},
            "OverlappingAllocationPools",
        ),
        ({"pools": (pool("10.0.0.9", "10.0.0.5"),)}, "InvalidAllocationPool"),
        ({"pools": (pool("10.0.0.9", "10.0.1.5"),)}, "OutOfBoundsAllocationPool"),
        ({"pools": (pool("10.0.0.9", "10.0.0.255"),)}, "OutOfBoundsAllocationPool"),
        ({"pools": (pool("fd00::1", "fd00::2"),)}, "InvalidAllocationPool"),
        ({"gateway_ip": ip_address("10.0.0.255")}, "InvalidInput"),
        ({"gateway_ip": ip_address("fd00::1")}, "InvalidInput"),
        (SLAAC, "InvalidInput"),
    ],
)
def test_a_subnet_that_cannot_be_is_refused_and_nothing_is_made(stage, fields, kind):
    made = stage.network()
    with pytest.raises((BadInput, Conflict)) as refused:
        stage.subnet(made, "10.0.0.0/24", **fields)
    assert refused.value.kind == kind
    assert subnet.search(stage.store, ADMIN, ALL) == []
    assert port.search(stage.store, ADMIN, ALL) == []


def test_subnets_of_one_network_do_not_overlap_but_those_of_others_may(stage):
    made = stage.network()
    stage.subnet(made, "10.0.0.0/24")
    with pytest.raises(BadInput) as refused:
        stage.subnet(made, "10.0.0.128/25")
    assert refused.value.field == "cidr"
    stage.subnet(stage.network(), "10.0.0.0/24")


def test_slaac_needs_a_64(stage):
    with pytest.raises(BadInput, match="cidr"):
        stage.subnet(stage.network(), "fd00::/56", **SLAAC)


def test_each_of_two_agents_serves_the_network_by_a_port_of_its_own(stage):
    made = stage.network()
    stage.subnet(made, "10.0.0.0/24")
    ports = dhcp_ports(stage, made)
    assert [each.host for each in ports] == ["network1", "network2"]
    assert [str(each.fixed_ips[0].address) for each in ports] == ["10.0.0.2", "10.0.0.3"]
    assert [each.device_id for each in ports] == [
        f"dhcp{uuid5(NAMESPACE_DNS, host)}-{made.id}" for host in ("network1", "network2")
    ]
    assert {each.project_id for each in ports} == {"demo"}
    serving = agent.hosting_network(stage.store, ADMIN, made.id)
    assert {each.host for each in serving} == {"network1", "network2"}


def test_a_network_waits_for_agents_that_come_later(stage):
    for each in agent.search(stage.store, ADMIN, ALL):
        agent.delete(stage.store, ADMIN, each.id)
    made = stage.network()
    stage.subnet(made, "10.0.0.0/24")
    assert dhcp_ports(stage, made) == []
    stage.alive("late1", roles=(DHCP_ROLE,))
    stage.alive("late2", "late3", roles=(DHCP_ROLE,))
    assert [each.host for each in dhcp_ports(stage, made)] == ["late1", "late2"]


def test_dhcp_ports_follow_the_subnets(stage):
    made = stage.network()
    first, second = stage.subnet(made, "10.0.0.0/24"), stage.subnet(made, "10.0.1.0/24")
    assert {tuple(ip.subnet_id for ip in each.fixed_ips) for each in dhcp_ports(stage, made)} == {
        (first.id, second.id)
    }
    before = [each.fixed_ips[0] for each in dhcp_ports(stage, made)]
    subnet.update(stage.store, DEMO, second.id, SubnetChanges(enable_dhcp=False))
    assert [each.fixed_ips for each in dhcp_ports(stage, made)] == [(ip,) for ip in before]
    subnet.delete(stage.store, DEMO, first.id)
    assert dhcp_ports(stage, made) == []


def test_a_subnet_with_room_for_one_server_gets_one(stage):
    made = stage.network()
    stage.subnet(made, "10.0.0.0/30")
    assert [each.host for each in dhcp_ports(stage, made)] == ["network1"]


def test_a_subnet_in_use_stays(stage):
    made = stage.network()
    taken, free = stage.subnet(made, "10.0.0.0/24"), stage.subnet(made, "10.0.1.0/24")
    stage.port(made, fixed_ips=(WantedIp(taken.id),))
    with pytest.raises(Conflict) as refused:
        subnet.delete(stage.store, DEMO, taken.id)
    assert refused.value.kind == "SubnetInUse"
    subnet.delete(stage.store, DEMO, free.id)
    assert network.get(stage.store, DEMO, made.id).subnet_ids == (taken.id,)


def test_hosts_learn_and_forget_addresses_that_they_make_themselves(stage):
    made = stage.network()
    stage.subnet(made, "10.0.0.0/24")
    host = stage.port(made)
    added = stage.subnet(made, "fd00::/64", **SLAAC)
    now = port.get(stage.store, DEMO, host.id)
    assert now.fixed_ips[0] == host.fixed_ips[0]
    assert [ip.address for ip in now.fixed_ips[1:]] == [eui64(added.cidr, host.mac)]
    subnet.delete(stage.store, DEMO, added.id)
    assert port.get(stage.store, DEMO, host.id).fixed_ips == host.fixed_ips


def test_a_gateway_that_a_router_has_stays(stage):
    made = stage.network()
    joined = stage.subnet(made, "10.0.0.0/24")
    stage.joined(stage.router(), joined)
    with pytest.raises(Conflict) as refused:
        subnet.update(stage.store, DEMO, joined.id, SubnetChanges(gateway_ip=None))
    assert refused.value.kind == "GatewayIpInUse"
