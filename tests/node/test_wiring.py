"""How a node wires networks: tunnels, what it answers for others, VLANs, and what it says where it cannot."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from hawser.base import names
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.link import Member, Vlan, Vxlan
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.items.sysctl import Sysctl
from hawser.node.agent import desired, status
from hawser.node.agent.alarms import Alarms
from hawser.node.agent.roles import ROLES
from hawser.node.planners import bridge, router, router_ha
from hawser.wire import intent
from tests.node import samples

INSTANCE = intent.Neighbour(
    id="9be4bd5a-0f0e-4bd6-9f5e-6d2a4f1f9c11",
    network_id=samples.TENANT,
    mac="fa:16:3e:00:00:31",
    addresses=(ip_address("198.51.100.31"), ip_address("2001:db8:5::31")),
    vtep=ip_address("10.0.1.31"),
)
LOCAL = intent.Port(
    "4d1e5a3c-7700-4000-8000-000000000009", samples.TENANT, "fa:16:3e:00:00:09", "compute:nova", "i", True
)
VLAN = replace(
    samples.segment(samples.EXTERNAL, None), network_type=intent.NetworkType.VLAN, segmentation_id=7
)


def wired(node=None, **changes):
    return list(bridge.desire(node or samples.node(), samples.facts(**changes)))


def only(items, kind):
    return [item for item in items if isinstance(item, kind)]


def compute_node(answers=True):
    """A node that has one port of the tenant's network, and is told of one on another node."""
    segment = samples.segment(samples.TENANT, 100, answers=answers, vteps=(ip_address("10.0.1.31"),))
    return samples.node(segments=(segment,), ports=(), routers=(), neighbours=(INSTANCE,))


ANSWERING = samples.settings(arp_responder=True)


def test_an_arp_responder_answers_for_the_ports_that_it_is_told_of():
    items = wired(compute_node(), settings=ANSWERING)
    assert Member("vxlan-100", "brqd990778b-49", answers=True) in items
    assert only(items, Neighbour) == [
        Neighbour("brqd990778b-49", address, INSTANCE.mac) for address in INSTANCE.addresses
    ]
    assert only(items, Place) == [Place("vxlan-100", INSTANCE.mac, INSTANCE.vtep)]


@pytest.mark.parametrize(
    ("answers", "settings"),
    [
        (False, ANSWERING),
        (True, samples.settings(arp_responder=False)),
        (True, samples.settings(arp_responder=True, l2_population=False)),
    ],
)
def test_it_answers_for_nobody_where_it_may_not_or_shall_not(answers, settings):
    items = wired(compute_node(answers), settings=settings)
    assert Member("vxlan-100", "brqd990778b-49") in items
    assert not only(items, Neighbour) + only(items, Place)


@pytest.mark.parametrize(
    ("groups", "chosen"),
    [("239.1.1.1", "239.1.1.1"), ("239.0.0.0/8", "239.1.17.112"), ("ff0e::/112", "ff0e::1170")],
)
def test_each_network_has_its_own_of_a_range_of_groups(groups, chosen):
    node = samples.node(segments=(samples.segment(samples.TENANT, 70000),), routers=())
    settings = samples.settings(l2_population=False, vxlan_group=ip_network(groups), ttl=4, tos=32)
    items = wired(node, settings=settings)
    assert [(str(v.group), v.ttl, v.tos) for v in only(items, Vxlan)] == [(chosen, 4, 32)]
    assert not only(items, Flood)


def test_an_instances_tap_has_the_mtu_of_its_network_and_a_tap_of_our_own_keeps_it():
    node = samples.node(ports=(LOCAL, *samples.node().ports))
    links = samples.facts().links | {"tap4d1e5a3c-77", "tapda3504ad-ba"}
    items = wired(node, links=links)
    assert Member("tap4d1e5a3c-77", "brqd990778b-49", mtu=1450) in items
    assert Member("tapda3504ad-ba", "brqd990778b-49", mtu=None) in items


@pytest.mark.parametrize(("local_ip", "family"), [("10.0.1.21", "ipv4"), ("fd00::21", "ipv6")])
def test_a_node_that_comes_back_is_asked_for_at_once(local_ip, family):
    items = wired(settings=samples.settings(local_ip=ip_address(local_ip)))
    setting, _ = only(items, Sysctl)
    assert (setting.name, setting.value) == (f"net/{family}/neigh/eth1/retrans_time_ms", "100")
    assert setting.optional


def test_each_setting_of_the_machine_is_one_roles_own():
    bridges = [(setting, "linuxbridge") for setting in only(wired(), Sysctl)]
    assert [each.name for each, _ in bridges][1:] == ["net/core/netdev_max_backlog"]
    for each, owner in (*bridges, (router_ha.watches(), "l3")):
        assert [name for name, role in ROLES.items() if role.owns(each, samples.settings())] == [owner]


def test_a_node_has_watches_for_as_many_highly_available_routers_as_it_may_carry():
    assert router_ha.watches() in list(router.desire(samples.node(), samples.facts()))
    alone = samples.node(routers=(samples.router(ha=None),))
    assert router_ha.watches() not in list(router.desire(alone, samples.facts()))
    assert router_ha.watches().least


def test_vlans_use_the_interface_and_flat_networks_the_bridge_where_both_reach_the_physical_network():
    both = samples.settings(physical_bridges={"provider": "br-ex"})
    items = wired(
        samples.node(segments=(VLAN,), routers=()), settings=both, links=frozenset({"eth1", "eth2", "br-ex"})
    )
    assert only(items, Vlan) == [Vlan("eth2.7", "eth2", 7, 1500)]


NO_VLANS = {"missing": frozenset({"8021q"})}


def test_without_the_module_a_vlan_network_is_not_wired_and_all_else_is():
    node = samples.node(segments=(VLAN, samples.segment(samples.TENANT, 100)), routers=())
    items = wired(node, **NO_VLANS)
    assert not only(items, Vlan)
    assert [v.name for v in only(items, Vxlan)] == ["vxlan-100"]


def test_the_agent_names_the_module_and_the_remedy():
    node, facts = samples.node(segments=(VLAN,)), samples.facts(**NO_VLANS)
    told = Alarms()
    told.tell(bridge.alarms(node, facts))
    state = status.agent_state(ROLES["linuxbridge"], facts, node, 0, told.present)
    (alarm,) = state.configurations["alarms"]
    assert "modprobe 8021q" in alarm and samples.EXTERNAL in alarm
    port = status.port_statuses(node, facts, {})[samples.QG]
    assert not port.up and "8021q" in port.why


def test_a_port_is_down_while_its_network_has_no_way_out():
    node = samples.node(routers=())
    made = samples.facts().links | {names.tap(port.id) for port in node.ports}
    items = {item.key: item for item in wired(node, links=made)}
    assert all(each.up for each in status.port_statuses(node, samples.facts(), items).values())
    lame = {key: item for key, item in items.items() if key != ("member", "", "vxlan-100")}
    statuses = status.port_statuses(node, samples.facts(), lame)
    assert "vxlan-100" in statuses[samples.QR].why and not statuses[samples.QR].up
    assert statuses[samples.QG].up


def test_a_router_whose_ha_network_cannot_be_wired_begins_no_election():
    lost = samples.segment(samples.HA_NETWORK, None, network_type=intent.NetworkType.VLAN, segmentation_id=7)
    facts = samples.facts(**NO_VLANS)
    taps = desired.wireable(samples.node(segments=(*samples.node().segments[:2], lost)), facts)
    assert f"tap{samples.HA_PORT[:11]}" not in taps and f"tap{samples.QR[:11]}" in taps


@pytest.mark.parametrize("parent", ["eth1", "enp134s0f0np0", "enp134s0f0np1"])
def test_a_vlan_interface_has_a_name_that_the_kernel_takes(parent):
    found = {names.vlan(each, vid) for each in (parent, "enp134s0f0np2") for vid in (7, 1234)}
    assert len(found) == 4 and all(len(each) <= 15 for each in found)
    assert names.vlan("eth1", 7) == "eth1.7"


def test_a_missing_bridge_of_the_operator_is_named_and_not_made():
    settings = samples.settings(physical_interfaces={}, physical_bridges={"provider": "br-ex"})
    facts = samples.facts(settings=settings)
    assert "bridge br-ex of provider is missing" in bridge.obstacle(samples.node().segments[0], facts)


def test_many_networks_with_one_trouble_are_one_alarm():
    node = samples.node(segments=tuple(replace(VLAN, id=f"n{n}", segmentation_id=n) for n in range(1, 9)))
    (alarm,) = bridge.alarms(node, samples.facts(**NO_VLANS))
    assert alarm.endswith("n1, n2, n3, n4, n5 and 3 more")
