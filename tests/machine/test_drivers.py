"""What stands after a plan, on the real kernel and in memory alike."""

from dataclasses import replace

import pytest

from hawser.base.errors import MachineError
from hawser.machine.items.file import File
from hawser.machine.items.link import Member, Vlan
from hawser.machine.plan import Op, Plan, Step, Verb
from tests.machine.things import (
    R1,
    R2,
    address,
    bridge,
    chain,
    flood,
    neighbour,
    place,
    route,
    router,
    setting,
    veth,
    vxlan,
)


def refusals(outcome):
    return [str(failure.error) for failure in outcome.failed]


def alone(verb, item):
    return Plan((Step(Op(verb, item, item), frozenset()),))


IPV6_ON = setting("net/ipv6/conf/qr-1/disable_ipv6", "0", "qr-1")
ROUTER = (router(), veth(), IPV6_ON, address(), address("2001:db8::1/64"), route())


def test_a_router_stands_as_wanted(bench):
    outcome = bench.make(*ROUTER)
    assert not refusals(outcome)
    assert all(bench.stands(item) for item in ROUTER)


def test_all_goes_again(bench):
    bench.make(*ROUTER, bridge(), Member("tap1", "brq1"))
    bench.drop(*ROUTER, bridge(), Member("tap1", "brq1"))
    assert bench.read() == {}


def test_a_second_router_does_not_touch_the_first(bench):
    bench.make(*ROUTER)
    outcome = bench.make(router(R2), veth("tap2", R2))
    assert {op.item.key for op in outcome.done} == {router(R2).key, veth("tap2", R2).key}


def test_mtu_and_mac_change_in_place(bench):
    bench.make(router(), veth(), address())
    outcome = bench.make(veth(mtu=1400, mac="fa:16:3e:00:00:02"))
    assert [op.verb for op in outcome.done] == [Verb.CHANGE]
    assert bench.stands(address())


def test_a_pair_moves_to_another_namespace_with_its_addresses(bench):
    bench.make(router(), router(R2), veth(), address())
    bench.drop(address())
    outcome = bench.make(veth(netns=R2), address(netns=R2))
    assert not refusals(outcome)
    assert bench.stands(veth(netns=R2))
    assert bench.stands(address(netns=R2))


def test_an_address_changes_its_prefix_length(bench):
    bench.make(router(), veth(), address("10.1.0.1/24"))
    bench.wanted.pop(address("10.1.0.1/24").key)
    bench.make(address("10.1.0.1/16"))
    assert bench.stands(address("10.1.0.1/16"))
    assert not bench.stands(address("10.1.0.1/24"))


def test_a_route_changes_its_next_hop(bench):
    bench.make(*ROUTER)
    outcome = bench.make(route(nexthop="10.1.0.253"))
    assert [op.verb for op in outcome.done] == [Verb.CHANGE]


def test_a_gateway_outside_of_the_subnet_is_reached_by_a_route_on_the_link(bench):
    outcome = bench.make(
        router(), veth(), address(), route("0.0.0.0/0", "192.0.2.1"), route("192.0.2.1/32", None)
    )
    assert not refusals(outcome)


def test_ipv6_routes(bench):
    bench.make(router(), veth(), IPV6_ON, address("2001:db8::1/64"), route("::/0", "2001:db8::2"))
    assert bench.stands(route("::/0", "2001:db8::2"))


def test_a_port_moves_from_one_bridge_to_another(bench):
    bench.make(router(), veth(), bridge(), bridge("brq2"), Member("tap1", "brq1"))
    bench.make(Member("tap1", "brq2"))
    assert bench.stands(Member("tap1", "brq2"))
    bench.drop(Member("tap1", "brq2"))
    assert Member("tap1", "brq2").key not in bench.read()


def test_a_foreign_link_becomes_a_port_of_our_bridge_and_is_let_go(bench):
    bench.add_foreign_link("tap9", "dev9")
    bench.make(bridge(), Member("tap9", "brq1"))
    assert bench.stands(Member("tap9", "brq1"))
    bench.drop(bridge(), Member("tap9", "brq1"))
    assert "tap9" in bench.machine.facts().links


def test_a_bridge_keeps_its_mtu_whatever_its_ports_have(bench):
    bench.make(bridge(mtu=1500), router(), veth(mtu=1400), Member("tap1", "brq1"))
    bench.drop(Member("tap1", "brq1"))
    assert bench.stands(bridge(mtu=1500))


def test_a_link_that_is_not_there_is_named(bench):
    (refusal,) = refusals(bench.make(bridge(), Member("tap9", "brq1")))
    assert "tap9" in refusal
    assert bench.stands(bridge())


def test_a_tunnel_end_and_its_flood_entries(bench):
    bench.add_foreign_link("under")
    bench.make(vxlan(), flood("192.0.2.2"), flood("192.0.2.3"))
    bench.drop(flood("192.0.2.2"))
    assert bench.stands(vxlan())
    assert [item for item in bench.read().values() if item.key[0] == "flood"] == [flood("192.0.2.3")]
    bench.drop(vxlan(), flood("192.0.2.3"))
    assert bench.read() == {}


def test_a_tunnel_end_with_a_group_has_no_flood_entry_of_its_own(bench):
    bench.add_foreign_link("under")
    bench.make(vxlan(group="239.1.1.1"))
    assert set(bench.read()) == {vxlan().key}


def test_a_told_place_moves_with_what_is_told_and_goes_alone(bench):
    bench.add_foreign_link("under")
    tunnel = (vxlan(), bridge(), Member("vxlan-7", "brq1", answers=True), flood("192.0.2.2"))
    other = place("fa:16:3e:00:00:08", "192.0.2.3")
    assert not refusals(bench.make(*tunnel, place(), other))
    outcome = bench.make(place(vtep="192.0.2.3"))
    assert [op.verb for op in outcome.done] == [Verb.CHANGE]
    bench.drop(place())
    assert bench.stands(other)
    assert all(bench.stands(item) for item in tunnel)
    bench.drop(*tunnel, other)
    assert bench.read() == {}


def test_a_neighbour_gets_another_mac_in_place_and_goes_alone(bench):
    six = neighbour("2001:db8::9")
    assert not refusals(bench.make(bridge(), neighbour(), six))
    outcome = bench.make(neighbour(mac="fa:16:3e:00:00:07"))
    assert [op.verb for op in outcome.done] == [Verb.CHANGE]
    bench.drop(neighbour())
    assert set(bench.read()) == {bridge().key, six.key}
    bench.drop(bridge(), six)
    assert bench.read() == {}


def test_whether_a_bridge_answers_for_who_is_behind_a_port_changes_in_place(bench):
    bench.add_foreign_link("under")
    bench.make(vxlan(), bridge(), Member("vxlan-7", "brq1"))
    for answers in (True, False):
        outcome = bench.make(Member("vxlan-7", "brq1", answers=answers))
        assert [op.verb for op in outcome.done] == [Verb.CHANGE]
        assert bench.stands(Member("vxlan-7", "brq1", answers=answers))


def test_a_tap_that_others_made_gets_the_mtu_of_its_network_and_keeps_its_own_where_none_is_said(bench):
    bench.add_foreign_link("tap9", "dev9")
    bench.make(bridge(), Member("tap9", "brq1", mtu=1400))
    outcome = bench.make(Member("tap9", "brq1", mtu=1380))
    assert [op.verb for op in outcome.done] == [Verb.CHANGE]
    assert bench.stands(Member("tap9", "brq1", mtu=1380))


@pytest.mark.parametrize("option", [{"ttl": 7}, {"tos": 0x20}])
def test_a_tunnel_end_has_the_hops_and_the_service_that_are_asked_for(bench, option):
    bench.add_foreign_link("under")
    bench.make(vxlan())
    outcome = bench.make(replace(vxlan(), **option))
    assert not refusals(outcome)
    assert bench.stands(replace(vxlan(), **option))


def test_a_vni_moves_to_another_name(bench):
    bench.add_foreign_link("under")
    bench.make(vxlan("vxlan-7"))
    bench.wanted.clear()
    outcome = bench.make(vxlan("vxlan-8"))
    assert [op.verb for op in outcome.done] == [Verb.DELETE, Verb.CREATE]


def test_a_foreign_link_is_neither_read_nor_removed(bench):
    bench.add_foreign_link("eth7")
    assert bench.read() == {}
    bench.machine.apply(alone(Verb.DELETE, bridge("eth7")))
    assert "eth7" in bench.machine.facts().links


def test_a_foreign_namespace_is_refused(bench):
    (refusal,) = refusals(bench.machine.apply(alone(Verb.CREATE, router("blue"))))
    assert "blue" in refusal and "not one of ours" in refusal


def test_removing_twice_is_no_error(bench):
    bench.make(*ROUTER)
    everything = [*bench.wanted.values()]
    bench.drop(*everything)
    for item in reversed(everything):
        if item.key[0] != "sysctl":
            assert not refusals(bench.machine.apply(alone(Verb.DELETE, item)))


def test_making_twice_is_no_error(bench):
    bench.make(*ROUTER)
    for item in ROUTER:
        assert not refusals(bench.machine.apply(alone(Verb.CREATE, item)))


def test_a_link_of_the_same_name_but_not_the_same_is_refused(bench):
    bench.make(router(), veth())
    (refusal,) = refusals(bench.machine.apply(alone(Verb.CREATE, veth(peer="qr-2"))))
    assert "File exists" in refusal
    assert bench.stands(veth())


def test_settings_are_read_only_where_wanted_and_never_removed(bench):
    forward = setting("net/ipv4/ip_forward", "1")
    bench.make(router(), forward)
    assert bench.drop(forward).done == ()
    assert forward.key not in bench.read()


def test_settings_of_a_link_follow_its_rebuilding(bench):
    mine = setting("net/ipv4/conf/qr-1/send_redirects", "0", "qr-1")
    bench.make(router(), veth(), mine)
    bench.wanted.pop(veth().key)
    outcome = bench.make(veth("tap2"))
    assert not refusals(outcome)
    assert bench.stands(mine)


def test_chains_stand_word_for_word(bench):
    snat = chain("snat", "-o qg-1 -j SNAT --to-source 203.0.113.7")
    post = chain("POSTROUTING", "-j snat", jumps=("snat",))
    assert not refusals(bench.make(router(), snat, post))
    assert bench.stands(snat)
    assert bench.stands(post)


def test_a_rule_spelt_otherwise_is_the_same_rule(bench):
    first = chain("mine", '-d 203.0.113.7  -m comment --comment "one" -j DNAT --to-destination 10.1.0.9')
    bench.make(router(), first)
    assert bench.stands(first)


def test_forwarded_ports_read_back_as_they_were_written(bench):
    to, inner = "-d 203.0.113.7/32 -p", "-j DNAT --to-destination 10.1.0.9"
    forwards = chain(
        "mine",
        f"{to} tcp -m tcp --dport 2222 {inner}:22",
        f"{to} udp -m udp --dport 2000:2005 {inner}:3000-3005/2000",
        f"{to} sctp -m sctp --dport 2000:2005 {inner}",
        f"{to} dccp -m dccp --dport 2100:2105 {inner}:80",
        f"{to} icmp {inner}",
    )
    assert not bench.make(router(), forwards).failed
    assert bench.stands(forwards)


def test_chains_change_and_go_in_order(bench):
    low, high = chain("low", "-j RETURN"), chain("POSTROUTING", "-j low", jumps=("low",))
    bench.make(router(), low, high)
    bench.make(chain("low", "-s 10.9.0.0/16 -j RETURN"))
    outcome = bench.drop(low, high)
    assert not refusals(outcome)
    assert not [key for key in bench.read() if key[0] == "chain"]


def test_both_families_have_their_own_chains(bench):
    six = chain("mine", "-j RETURN", table="filter", family=6)
    bench.make(router(), chain("mine", "-j RETURN", table="filter"), six)
    bench.drop(six)
    assert [key[2] for key in bench.read() if key[0] == "chain"] == ["4"]


def test_files_are_written_changed_and_removed(bench):
    path = str(bench.own / "ha_confs" / "r1" / "keepalived.conf")
    bench.make(File(path, "a\n", 0o600))
    bench.make(File(path, "b\n", 0o600))
    assert bench.stands(File(path, "b\n", 0o600))
    bench.drop(File(path, "b\n", 0o600))
    assert bench.read() == {}


@pytest.mark.parametrize("path", ["/etc/hawser-test", "{own}/../escape"])
def test_a_file_elsewhere_is_refused(bench, path):
    (refusal,) = refusals(bench.machine.apply(alone(Verb.CREATE, File(path.format(own=bench.own), "x"))))
    assert "not one of ours" in refusal


def test_a_failure_holds_back_only_what_depends_on_it(bench):
    bad = Vlan("nowhere.7", "nowhere", 7, 1500)
    outcome = bench.make(router(), veth(), bad, bridge(), Member("nowhere.7", "brq1"))
    assert [failure.op.item for failure in outcome.failed] == [bad]
    assert [op.item.key for op in outcome.held] == [Member("nowhere.7", "brq1").key]
    assert bench.stands(veth())


def test_errors_are_of_the_one_tree(bench):
    outcome = bench.machine.apply(alone(Verb.CREATE, address()))
    assert isinstance(outcome.failed[0].error, MachineError)
    assert R1 in str(outcome.failed[0].error)
