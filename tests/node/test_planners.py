"""What a node is to have for an intent, by the names that operators know."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from itertools import permutations

import pytest

from hawser.machine.items.address import Address
from hawser.machine.items.chain import Chain
from hawser.machine.items.fdb import Flood
from hawser.machine.items.file import File
from hawser.machine.items.link import Bridge, Member, Veth, Vlan, Vxlan
from hawser.machine.items.netns import Netns
from hawser.machine.items.process import Process
from hawser.machine.items.route import Route
from hawser.machine.plan import Verb
from hawser.machine.plan import plan as steps_between
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from hawser.node.planners import bridge, router
from hawser.node.planners.facts import Contact, Outlook
from hawser.wire import intent
from hawser.wire.report import Mastership
from tests.node import samples

NETNS = f"qrouter-{samples.ROUTER}"


def plan(node=None, facts=None):
    chosen = samples.node() if node is None else node
    return desired.desired(chosen, facts or samples.facts(), ROLES.values())


def only(items, kind):
    return [item for item in items.values() if isinstance(item, kind)]


def file(items, name):
    return next(item for item in only(items, File) if item.path.endswith(name)).content


def served(*hosts):
    """A node with a DHCP server that knows these reservations."""
    return samples.node(routers=(), dhcp_servers=(samples.dhcp_server(),), dhcp_hosts=hosts)


def test_each_network_has_its_bridge_and_its_way_out():
    items = plan()
    assert {b.name for b in only(items, Bridge)} == {"brqd990778b-49", "brq5266fcbc-d4", "brqb304e495-b8"}
    assert {(v.name, v.vni, str(v.local)) for v in only(items, Vxlan)} == {
        ("vxlan-100", 100, "10.0.1.21"),
        ("vxlan-102", 102, "10.0.1.21"),
    }
    assert Member("eth2", "brq5266fcbc-d4") in items.values()
    assert Member("vxlan-102", "brqb304e495-b8") in items.values()


def test_a_router_has_its_interfaces_in_its_namespace_and_their_taps_on_the_bridges():
    items = plan()
    assert [n.name for n in only(items, Netns)] == [NETNS]
    assert {(v.name, v.peer) for v in only(items, Veth)} == {
        ("tapda3504ad-ba", "qr-da3504ad-ba"),
        ("tap33fedbc5-43", "qg-33fedbc5-43"),
        ("tapeb820380-40", "ha-eb820380-40"),
    }
    assert Member("tapda3504ad-ba", "brqd990778b-49") in items.values()
    assert Member("tap33fedbc5-43", "brq5266fcbc-d4") in items.values()
    assert Member("tapeb820380-40", "brqb304e495-b8") in items.values()


def test_with_l2_population_other_ends_are_flood_entries_and_no_unicast_ones():
    assert {(f.link, str(f.vtep)) for f in only(plan(), Flood)} == {
        ("vxlan-100", "10.0.1.31"),
        ("vxlan-102", "10.0.1.22"),
    }


def test_without_l2_population_unknown_frames_go_to_the_group():
    one = samples.settings(l2_population=False, vxlan_group=ip_network("239.1.1.1"))
    items = plan(facts=samples.facts(settings=one))
    assert only(items, Flood) == []
    assert {str(v.group) for v in only(items, Vxlan)} == {"239.1.1.1"}


def test_a_highly_available_router_holds_only_its_address_in_the_ha_network():
    items = plan()
    assert only(items, Address) == [
        Address(NETNS, "ha-eb820380-40", ip_interface("169.254.192.1/18")),
        Address(NETNS, "ha-eb820380-40", ip_interface("fe80::f816:3eff:fe78:ba99/64")),
    ]
    assert only(items, Route) == []


def test_keepalived_gives_the_master_every_address_and_the_default_route():
    conf = file(plan(), "keepalived.conf")
    for line in (
        "interface ha-eb820380-40",
        "virtual_router_id 1",
        "unicast_src_ip 169.254.192.1",
        "169.254.0.1/24 dev ha-eb820380-40",
        "198.51.100.1/24 dev qr-da3504ad-ba",
        "fe80::f816:3eff:fedc:8ea8/64 dev qr-da3504ad-ba scope link nodad",
        "203.0.113.50/32 dev qg-33fedbc5-43",
        "0.0.0.0/0 via 203.0.113.1 dev qg-33fedbc5-43",
    ):
        assert line in conf, line


def test_the_default_heartbeat_is_below_a_second_and_an_operators_own_is_honoured():
    assert "vrrp_version 3" in file(plan(), "keepalived.conf")
    assert "advert_int 0." in file(plan(), "keepalived.conf")
    slow = samples.settings(ha_vrrp_advert_int=2.0, ha_vrrp_auth_password="secret")
    conf = file(plan(facts=samples.facts(settings=slow)), "keepalived.conf")
    for line in ("vrrp_version 2", "advert_int 2\n", "priority 50", "auth_type PASS", "auth_pass secret"):
        assert line in conf, line


def test_keepalived_waits_until_it_can_hear_its_peers():
    assert not only(plan(facts=samples.facts(bridged=frozenset())), Process)
    needs = only(plan(), Process)[0].requires()
    assert ("member", "", "tapeb820380-40") in needs


def test_the_number_that_steers_mastership_is_the_rank_or_the_masters_bonus():
    assert file(plan(), "/rank") == "   0\n"
    second = samples.router(ha=replace(samples.router().ha, rank=1))
    assert file(plan(samples.node(routers=(second,))), "/rank") == " -20\n"
    master = samples.facts(masterships={samples.ROUTER: Mastership.ACTIVE})
    assert file(plan(samples.node(routers=(second,)), master), "/rank") == "  40\n"


def test_a_node_whose_way_to_its_peers_has_no_carrier_takes_no_part_in_the_election():
    master = {samples.ROUTER: Mastership.ACTIVE}
    cut = samples.facts(live=frozenset({"eth0", "eth2"}), masterships=master)
    assert file(plan(facts=cut), "/rank") == "-254\n"
    assert only(plan(facts=cut), Process), (
        "keepalived stays, and hears of its peers as soon as they are there"
    )
    outside = samples.facts(live=frozenset({"eth0", "eth1"}), masterships=master)
    assert file(plan(facts=outside), "/rank") == "  40\n"


def test_a_router_that_is_down_has_nothing():
    items = plan(samples.node(routers=(samples.router(admin_state_up=False),)))
    assert not only(items, Netns)
    assert not only(items, Process)


def test_a_router_on_one_node_holds_its_addresses_itself():
    items = plan(samples.node(routers=(samples.router(ha=None),)))
    held = {(a.link, str(a.interface)) for a in only(items, Address)}
    assert ("qr-da3504ad-ba", "198.51.100.1/24") in held
    assert ("qg-33fedbc5-43", "203.0.113.50/32") in held
    assert (
        Route(NETNS, ip_network("0.0.0.0/0"), ip_address("203.0.113.1"), "qg-33fedbc5-43") in items.values()
    )


def test_only_the_master_advertises_prefixes():
    foot = replace(
        samples.router().interfaces[0],
        addresses=(ip_interface("fd00:198:51:100::1/64"),),
        advertise=(
            intent.Advertisement(
                ip_network("fd00:198:51:100::/64"),
                (ip_address("fd00:198:51:100::53"), ip_address("fd00:198:51:100::10")),
            ),
        ),
    )
    node = samples.node(routers=(samples.router(interfaces=(foot,)),))
    assert "radvd" not in {p.name for p in only(plan(node), Process)}
    items = plan(node, samples.facts(masterships={samples.ROUTER: Mastership.ACTIVE}))
    assert "radvd" in {p.name for p in only(items, Process)}
    assert "prefix fd00:198:51:100::/64" in file(items, "radvd.conf")
    assert "RDNSS fd00:198:51:100::53 fd00:198:51:100::10\n" in file(items, "radvd.conf")


def test_a_stand_by_ends_advertising_without_the_farewell_that_takes_the_masters_default_route():
    told = intent.Advertisement(ip_network("2001:db8:5::/64"))
    foot = replace(samples.router().interfaces[0], advertise=(told,))
    patience = []
    for changes in ({}, {"ha": None}):
        node = samples.node(routers=(samples.router(interfaces=(foot,), **changes),))
        items = plan(node, samples.facts(masterships={samples.ROUTER: Mastership.ACTIVE}))
        patience += [p.patience for p in only(items, Process) if p.name == "radvd"]
    assert patience[0] == 0 < patience[1]


@pytest.mark.parametrize(
    ("mode", "flags", "own"),
    [
        ("slaac", ("off", "off"), "on"),
        ("dhcpv6-stateless", ("off", "on"), "on"),
        ("dhcpv6-stateful", ("on", "on"), "off"),
    ],
)
def test_advertisements_say_where_addresses_come_from(mode, flags, own):
    told = intent.Advertisement(ip_network("2001:db8:5::/64"), mode=mode)
    foot = replace(
        samples.router().interfaces[0],
        addresses=(ip_interface("2001:db8:5::1/64"),),
        advertise=(told,),
    )
    node = samples.node(routers=(samples.router(interfaces=(foot,)),))
    conf = file(plan(node, samples.facts(masterships={samples.ROUTER: Mastership.ACTIVE})), "radvd.conf")
    managed, other = flags
    assert f"AdvManagedFlag {managed};" in conf
    assert f"AdvOtherConfigFlag {other};" in conf
    assert f"AdvAutonomous {own};" in conf


def test_dnsmasq_serves_ipv6_beside_ipv4():
    own = (intent.DhcpOption("dns-server", "[2001:db8::7]", 6),)
    host = replace(samples.dhcp6_host(), options=own, client_id="me")
    items = plan(samples.node(routers=(), dhcp_servers=(samples.dhcp6_server(),), dhcp_hosts=(host,)))
    assert file(items, "/host").splitlines() == [
        "fa:16:3e:00:00:05,id:me,set:port-p,host-198-51-100-5.openstacklocal,198.51.100.5",
        "fa:16:3e:00:00:05,set:port-p,host-2001-db8-5--5.openstacklocal,[2001:db8:5::5]",
    ]
    (dnsmasq,) = only(items, Process)
    ranges = [word for word in dnsmasq.argv if word.startswith("--dhcp-range")]
    assert ranges[1].endswith(",2001:db8:5::,static,64,86400s")
    six = [line for line in file(items, "/opts").splitlines() if "6c0d9f0e" in line]
    tag = "tag:subnet-6c0d9f0e-3a9c-4b57-8a5e-0d5f8f6f2f66"
    assert six == [
        f"{tag},option6:dns-server,[2001:db8::53]",
        f"{tag},option6:domain-search,openstacklocal",
    ]


def test_dnsmasq_knows_each_reservation_and_tells_gateway_servers_and_mtu():
    items = plan(served(samples.dhcp_host()))
    netns = f"qdhcp-{samples.TENANT}"
    assert Address(netns, "ns-c45d79b0-8a", ip_interface("198.51.100.2/24")) in items.values()
    assert file(items, "/host") == "fa:16:3e:00:00:05,host-198-51-100-5.openstacklocal,198.51.100.5\n"
    options = file(items, "/opts")
    assert "option:router,198.51.100.1" in options
    assert "option:dns-server,192.0.2.53" in options
    assert "option:mtu,1450" in options


def test_dnsmasq_asks_the_operators_name_servers_by_way_of_the_networks_gateways():
    facts = samples.facts(settings=samples.settings(dnsmasq_dns_servers=(ip_address("8.8.4.4"),)))
    items = plan(samples.node(routers=(), dhcp_servers=(samples.dhcp6_server(),)), facts)
    (dnsmasq,) = only(items, Process)
    assert "--server=8.8.4.4" in dnsmasq.argv
    ways = {str(route.destination): str(route.nexthop) for route in only(items, Route)}
    assert ways == {"0.0.0.0/0": "198.51.100.1", "::/0": "2001:db8:5::1"}


def test_a_port_has_dhcp_options_of_its_own():
    own = (
        intent.DhcpOption("bootfile-name", "pxelinux.0"),
        intent.DhcpOption("router", ""),
        intent.DhcpOption("42", "192.0.2.1"),
        intent.DhcpOption("dns-server", "[2001:db8::1]", 6),
    )
    items = plan(served(replace(samples.dhcp_host(), options=own, client_id="me"), samples.dhcp_host("q", 6)))
    assert file(items, "/host").splitlines() == [
        "fa:16:3e:00:00:05,id:me,set:port-p,host-198-51-100-5.openstacklocal,198.51.100.5",
        "fa:16:3e:00:00:06,host-198-51-100-6.openstacklocal,198.51.100.6",
    ]
    assert [line for line in file(items, "/opts").splitlines() if "port-" in line] == [
        "tag:port-p,option:bootfile-name,pxelinux.0",
        "tag:port-p,option:router",
        "tag:port-p,42,192.0.2.1",
        "tag:port-p,option6:dns-server,[2001:db8::1]",
    ]


def test_host_routes_carry_the_default_route_with_them():
    server = samples.dhcp_server()
    route = intent.Route(ip_network("192.0.2.0/24"), ip_address("198.51.100.9"))
    served = replace(server, subnets=(replace(server.subnets[0], routes=(route,)),))
    options = file(plan(samples.node(routers=(), dhcp_servers=(served,))), "/opts")
    assert "classless-static-route,192.0.2.0/24,198.51.100.9,0.0.0.0/0,198.51.100.1" in options


def test_a_flat_network_joins_the_operators_own_bridge_where_it_is_mapped_to_one():
    facts = samples.facts(
        settings=samples.settings(physical_interfaces={}, physical_bridges={"provider": "br-ex"}),
        links=frozenset({"eth1", "br-ex"}),
    )
    items = plan(facts=facts)
    assert Member("tap33fedbc5-43", "br-ex") in items.values()
    assert "brq5266fcbc-d4" not in {b.name for b in only(items, Bridge)}


def test_a_vlan_network_has_its_vlan_interface():
    vlan = replace(
        samples.segment(samples.EXTERNAL, None), network_type=intent.NetworkType.VLAN, segmentation_id=7
    )
    items = plan(samples.node(segments=(vlan,), routers=()))
    assert only(items, Vlan) == [Vlan("eth2.7", "eth2", 7, 1500)]
    assert Member("eth2.7", "brq5266fcbc-d4") in items.values()


def test_a_network_that_cannot_be_wired_says_why():
    elsewhere = samples.segment(samples.EXTERNAL, None, physical_network="nowhere")
    assert "nowhere is not in this node's mappings" in bridge.obstacle(elsewhere, samples.facts())
    assert "eth2 of provider is missing" in bridge.obstacle(
        samples.segment(samples.EXTERNAL, None), samples.facts(links=frozenset())
    )
    assert "no interface has local_ip" in bridge.obstacle(
        samples.segment(samples.TENANT, 5), samples.facts(tunnel_device=None)
    )


def test_roles_answer_for_their_own_items_only():
    items = plan(samples.node(dhcp_servers=(samples.dhcp_server(),)))
    for role in ROLES.values():
        own = desired.ours(items, [role], samples.settings())
        rest = desired.ours(items, [r for r in ROLES.values() if r is not role], samples.settings())
        assert own.keys() | rest.keys() == items.keys()
        assert not own.keys() & rest.keys()


def test_the_master_is_who_holds_the_primary_address_of_a_running_keepalived():
    items = plan()
    primary = {NETNS: frozenset({ip_address("169.254.0.1")})}
    assert desired.masterships(items, {}, samples.node()) == {samples.ROUTER: Mastership.STANDBY}
    assert desired.masterships(items, primary, samples.node()) == {samples.ROUTER: Mastership.ACTIVE}
    assert desired.masterships({}, primary, samples.node()) == {}


def test_an_unknown_way_to_the_peers_does_not_count_as_cut():
    alone = samples.facts(settings=samples.settings(local_ip=None), tunnel_device=None)
    assert bridge.contact(samples.segment(samples.HA_NETWORK, 102), alone) is Contact.SOUND
    gone = samples.facts(tunnel_device=None)
    assert bridge.contact(samples.segment(samples.HA_NETWORK, 102), gone) is Contact.LOST


def test_silence_in_the_tunnels_counts_for_networks_that_go_through_them():
    silent = samples.facts(contact=Contact.LOST)
    assert file(plan(facts=silent), "/rank") == "-254\n"
    vlan = replace(
        samples.segment(samples.HA_NETWORK, None), network_type=intent.NetworkType.VLAN, segmentation_id=7
    )
    node = samples.node(segments=(samples.segment(samples.EXTERNAL, None), vlan))
    assert file(plan(node, silent), "/rank") == "   0\n"


def test_the_numbers_alone_are_those_of_the_whole_plan():
    facts = samples.facts(contact=Contact.LOST)
    (rank,) = router.ranks(samples.node(), facts)
    assert rank in plan(facts=facts).values()
    assert not list(router.ranks(samples.node(), samples.facts(bridged=frozenset())))


def test_who_puts_ipv6_addresses_on_a_foot_comes_after_it_speaks_ipv6():
    told = (intent.Advertisement(ip_network("2001:db8:5::/64")),)
    foot = replace(samples.router().interfaces[0], advertise=told)
    node = replace(samples.node(), routers=(samples.router(interfaces=(foot,)),))
    facts = samples.facts(masterships={samples.ROUTER: Mastership.ACTIVE})
    items = desired.desired(node, facts, ROLES.values())
    for name, feet in (("keepalived", ("qr-", "qg-")), ("radvd", ("qr-",))):
        (process,) = (item for item in items.values() if isinstance(item, Process) and item.name == name)
        for foot in feet:
            (key,) = (
                key for key in items if key[0] == "sysctl" and f"{foot}" in key[2] and "disable" in key[2]
            )
            assert key in process.requires()


def test_connections_are_copied_before_keepalived_may_become_master():
    items = plan()
    processes = {p.name: p for p in only(items, Process)}
    assert processes["conntrackd"].key in processes["keepalived"].awaits()
    assert "Interface ha-eb820380-40" in file(items, "conntrackd.conf")
    assert "IPv4_address 169.254.192.1\n" in file(items, "conntrackd.conf")
    assert "IPv4_Destination_Address 169.254.192.2\n" in file(items, "conntrackd.conf")


def test_a_conntrackd_that_is_started_otherwise_by_a_newer_agent_leaves_keepalived_alone():
    wanted = plan()
    (copier,) = (p for p in only(wanted, Process) if p.name == "conntrackd")
    standing = wanted | {copier.key: replace(copier, argv=("conntrackd",))}
    found = [(step.op.verb, step.op.item.key) for step in steps_between(wanted, standing).steps]
    assert found == [(Verb.DELETE, copier.key), (Verb.CREATE, copier.key)]


def test_only_what_leaves_by_the_gateway_is_held_against_known_connections():
    def guards(router):
        chains = only(plan(samples.node(routers=(router,))), Chain)
        return [
            rule for chain in chains if chain.name == "FORWARD" for rule in chain.rules if "INVALID" in rule
        ]

    assert guards(samples.router()) == ["-o qg-33fedbc5-43 -m conntrack --ctstate INVALID -j DROP"]
    assert guards(samples.router(gateway=None, next_hops=(), floating_ips=())) == []


def test_a_conntrackd_that_gets_another_peer_is_started_anew_and_keepalived_told():
    def processes(*peers):
        ha = replace(samples.router().ha, peers=tuple(map(ip_address, peers)))
        items = plan(samples.node(routers=(samples.router(ha=ha),)))
        return {p.name: p for p in only(items, Process)}

    two, three = processes("169.254.192.2"), processes("169.254.192.2", "169.254.192.3")
    assert not two["conntrackd"].can_become(three["conntrackd"])
    assert two["keepalived"].can_become(three["keepalived"])


def test_routers_of_one_ha_network_do_not_take_over_each_others_connections():
    peers = tuple(map(ip_address, ("169.254.192.2", "169.254.192.3")))
    for vrid in (1, 254):
        other = samples.router(ha=replace(samples.router().ha, vrid=vrid, peers=peers))
        written = file(plan(samples.node(routers=(other,))), "conntrackd.conf")
        assert f"Multicast {{\n        IPv4_address 225.0.1.{vrid}\n" in written


def test_without_conntrackd_nothing_of_it_is_there():
    items = plan(facts=samples.facts(settings=samples.settings(ha_conntrackd_enabled=False)))
    assert {p.name for p in only(items, Process)} == {"keepalived"}
    assert "conntrackd" not in file(items, "keepalived.conf")


def test_a_dhcp_server_is_started_anew_when_a_reservation_goes_and_told_when_one_comes():
    def dnsmasq(*hosts):
        return only(plan(served(*hosts)), Process)[0]

    first, second = samples.dhcp_host(), samples.dhcp_host("q", 6)
    moved = replace(first, mac="fa:16:3e:00:00:07")
    assert dnsmasq(first).can_become(dnsmasq(first, second))
    assert not dnsmasq(first, second).can_become(dnsmasq(first))
    assert not dnsmasq(first).can_become(dnsmasq(moved))


SITUATIONS = [
    {},
    {"masterships": {samples.ROUTER: Mastership.ACTIVE}},
    {"masterships": {samples.ROUTER: Mastership.ACTIVE}, "contested": frozenset({samples.ROUTER})},
    {"masterships": {samples.ROUTER: Mastership.STANDBY}, "outlooks": {samples.ROUTER: Outlook.LOST}},
    {"bridged": frozenset()},
    {"contact": Contact.LOST},
    {"told": False},
    {"settings": samples.settings(ha_vrrp_advert_int=2.0)},
]


@pytest.mark.parametrize("joins", [True, False])
def test_what_was_planned_before_is_kept_only_while_all_that_matters_is_as_it_was(joins):
    made = samples.router()
    place = replace(made.ha, joins=joins, wanted=True)
    further = replace(made, floating_ips=(), ha=place)
    intents = [samples.node(routers=routers) for routers in ((replace(made, ha=place),), (further,))]
    port = frozenset({place.port_id})
    situations = [*SITUATIONS, {"admitted": port}]
    worlds = [(node, samples.facts(**facts)) for node in intents for facts in situations]
    planner = router.Routers()
    for first, second in permutations(worlds, 2):
        list(planner(*first))
        assert list(planner(*second)) == list(router.Routers()(*second))
