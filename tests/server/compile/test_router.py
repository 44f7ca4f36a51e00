"""What a router's hosts are told of it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from hawser.server.compile.node import Compiler
from hawser.server.model.agent import LINUX_BRIDGE
from hawser.server.model.port import WantedIp
from hawser.server.model.portforwarding import NewPortForwarding, PortRange
from hawser.server.service import portforwarding, report
from hawser.server.store import snapshot
from hawser.wire import intent
from hawser.wire.intent import Advertisement
from hawser.wire.report import AgentState, Mastership, Report, RouterStatus
from tests.server.stage import ADMIN, DEMO

SLAAC = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}


def told(stage, host="network1"):
    records = Compiler(snapshot.fill(stage.store)).whole(host)
    return next(record for (kind, _), record in records.items() if kind == "routers")


@pytest.mark.parametrize("mode", ["slaac", "dhcpv6-stateless", "dhcpv6-stateful"])
def test_advertisements_have_the_mode_of_the_subnet(stage, mode):
    modes = {"ipv6_ra_mode": mode, "ipv6_address_mode": mode}
    stage.joined(stage.router(), stage.subnet(stage.network(), "2001:db8::/64", **modes))
    assert [each.mode for foot in told(stage).interfaces for each in foot.advertise] == [mode]


def test_prefixes_are_advertised_to_tenants_and_never_to_the_external_network(stage):
    external = stage.external()
    stage.subnet(external, "fd00:203:0:113::/64", ADMIN, **SLAAC)
    made = stage.router()
    stage.joined(made, stage.subnet(stage.network(), "fd00:198:51:100::/64", **SLAAC))
    stage.gateway(made, external)
    router = told(stage)
    assert [foot.advertise for foot in router.interfaces] == [
        (Advertisement(ip_network("fd00:198:51:100::/64")),)
    ]
    assert any(address.version == 6 for address in router.gateway.addresses)
    assert router.gateway.advertise == ()


def test_a_router_is_told_which_external_subnets_its_gateway_is_no_part_of(stage):
    external = stage.external()
    stage.gateway(stage.router(), external)
    stage.subnet(external, "198.51.100.0/24", ADMIN)
    assert told(stage).onlink == (ip_network("198.51.100.0/24"),)
    assert told(stage).next_hops == (ip_address("203.0.113.1"),)


def test_every_host_is_told_of_forwarded_ports_until_they_go(stage):
    external, lan = stage.external(), stage.network()
    made = stage.gateway(stage.router(), external)
    subnet = stage.subnet(lan, "10.0.0.0/24")
    stage.joined(made, subnet)
    inner = stage.port(lan, fixed_ips=(WantedIp(subnet.id, ip_address("10.0.0.50")),))
    floating = stage.floating(external)
    ports = PortRange(2222, 2222), inner.id, ip_address("10.0.0.50"), PortRange(22, 22)
    picture = snapshot.fill(stage.store)
    (forwarding,) = portforwarding.create_many(
        stage.store, DEMO, [NewPortForwarding(floating.id, "tcp", *ports)]
    )
    for host in ("network1", "network2"):
        router = told(stage, host)
        assert router.floating_ips == ()
        assert router.port_forwardings == (
            intent.PortForwarding(
                forwarding.id,
                floating.address,
                "tcp",
                intent.PortRange(2222, 2222),
                ip_address("10.0.0.50"),
                intent.PortRange(22, 22),
            ),
        )
    assert {change.noun for change in snapshot.catch_up(stage.store, picture)} == {"floating_ips"}
    portforwarding.delete(stage.store, DEMO, forwarding.id)
    assert told(stage).port_forwardings == ()


def test_the_first_host_of_a_new_router_begins_and_nobody_once_one_may_be_master(stage):
    made = stage.router()

    def begin():
        return [told(stage, host).ha.first for host in ("network1", "network2")]

    assert begin() == [True, False]
    stage.says("network2", made.id, Mastership.STANDBY)
    assert begin() == [True, False], "who stands by waits for the first one"
    stage.says("network2", made.id, Mastership.ACTIVE)
    assert begin() == [False, False]
    stage.says("network2", made.id, Mastership.STANDBY)
    stage.says("network1", made.id, Mastership.ACTIVE)
    stage.says("network1", made.id, Mastership.STANDBY)
    assert begin() == [False, False], "it is new no longer"


def test_a_node_that_does_not_know_its_part_yet_is_no_news_and_one_that_forgot_is(stage):
    made = stage.router()
    nothing = Report(routers=(RouterStatus(made.id, Mastership.UNKNOWN, 0.0),))
    report.take(stage.store, "network1", nothing)
    assert told(stage).ha.first
    stage.says("network1", made.id, Mastership.STANDBY)
    report.take(stage.store, "network1", nothing)
    assert not told(stage).ha.first
    assert stage.masterships(made)["network1"] == Mastership.UNKNOWN


def test_a_host_without_a_part_joins_those_that_have_one(stage):
    made = stage.router()

    def join():
        return [told(stage, host).ha.joins for host in ("network1", "network2")]

    assert join() == [False, False], "a new router's hosts all begin"
    stage.says("network1", made.id, Mastership.ACTIVE)
    assert join() == [False, True]
    stage.says("network2", made.id, Mastership.STANDBY)
    assert join() == [False, False]
    stage.says("network1", made.id, Mastership.UNKNOWN)
    assert join() == [True, False], "one that came back without a keepalived is told no other way"


def test_a_host_is_told_of_the_others_in_order_of_rank_with_their_tunnels(stage):
    bridges = AgentState(LINUX_BRIDGE, "neutron-linuxbridge-agent", "nova", 0.0, "10.0.1.22", (), {})
    report.take(stage.store, "network2", Report(agents=(bridges,)))
    made = stage.router()
    first, second = stage.hosts(made)
    tunnels = {"network2": ip_address("10.0.1.22")}
    for host, other, rank in ((first, second, 1), (second, first, 0)):
        ha = told(stage, host).ha
        (peer,) = ha.others
        assert (peer.address, peer.rank, peer.node) == (ha.peers[0], rank, tunnels.get(other))
        assert peer.mac == told(stage, other).ha.mac
        assert not peer.drained
