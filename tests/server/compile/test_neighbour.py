"""For whom nodes may answer, and which nodes may."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from hawser.server.compile.host import HostIntent
from hawser.server.compile.node import Compiler
from hawser.server.model import port as owners
from hawser.server.model.port import AddressPair, PortChanges
from hawser.server.service import port, report
from hawser.server.store import snapshot
from hawser.wire.report import AgentState, Report
from tests.server.stage import ADMIN, L3

HOSTS = {"compute1": "10.0.1.31", "compute2": "10.0.1.32", "compute3": "10.0.1.33"}


def join(stage, host, answers=True):
    state = AgentState(
        "Linux bridge agent",
        "neutron-linuxbridge-agent",
        "",
        0.0,
        HOSTS[host],
        (),
        {"arp_responder": answers},
    )
    report.take(stage.store, host, Report(agents=(state,)))


@pytest.fixture
def lan(stage):
    """A network with an instance on each of two nodes, of which all may answer but the third."""
    for host in HOSTS:
        join(stage, host, host != "compute3")
    lan = stage.network()
    stage.subnet(lan, "10.0.0.0/24", enable_dhcp=False)
    return lan


def instance(stage, lan, host, **more):
    return stage.port(lan, device_owner="compute:nova", device_id="i", host=host, **more)


def told(stage, host):
    """The ids of the neighbours that a host is told of, and whether it answers on its networks."""
    records = Compiler(snapshot.fill(stage.store)).whole(host)
    ids = {id for kind, id in records if kind == "neighbours"}
    return ids, [record.answers for (kind, _), record in records.items() if kind == "segments"]


def test_a_node_is_told_of_other_nodes_ports_and_where_they_are(stage, lan):
    one, two = instance(stage, lan, "compute1"), instance(stage, lan, "compute2")
    assert told(stage, "compute1") == ({two.id}, [True])
    assert told(stage, "compute2") == ({one.id}, [True])
    record = Compiler(snapshot.fill(stage.store)).whole("compute1")["neighbours", two.id]
    assert (record.mac, record.vtep) == (two.mac, ip_address("10.0.1.32"))
    assert record.addresses == tuple(each.address for each in two.fixed_ips)


def test_a_node_that_does_not_answer_is_told_of_nobody(stage, lan):
    instance(stage, lan, "compute1")
    instance(stage, lan, "compute3")
    assert told(stage, "compute3") == (set(), [False])


@pytest.mark.parametrize(
    "roaming",
    [
        {"address_pairs": (AddressPair("", ip_network("10.0.0.200/32")),)},
        {"port_security_enabled": False, "security_group_ids": ()},
    ],
)
def test_a_node_with_a_port_whose_address_may_move_does_not_answer_and_nobody_answers_for_it(
    stage, lan, roaming
):
    instance(stage, lan, "compute1", **roaming)
    two = instance(stage, lan, "compute2")
    assert told(stage, "compute1") == (set(), [False])
    assert told(stage, "compute2") == (set(), [True])
    port.delete(stage.store, ADMIN, two.id)


def test_nodes_of_a_router_do_not_answer_and_nobody_answers_for_a_router(stage, lan):
    subnet = stage.subnet(lan, "10.0.9.0/24", enable_dhcp=False)
    for host in ("network1", "network2"):
        state = AgentState(
            "Linux bridge agent", "b", "", 0.0, "10.0.1.2" + host[-1], (), {"arp_responder": True}
        )
        report.take(stage.store, host, Report(agents=(state,)))
    one = instance(stage, lan, "compute1")
    stage.joined(stage.router(), subnet)
    for host in ("network1", "network2"):
        ids, answers = told(stage, host)
        assert not ids and not any(answers)
    assert told(stage, "compute2") == (set(), [])
    instance(stage, lan, "compute2")
    assert told(stage, "compute2") == ({one.id}, [True])


def test_nobody_answers_for_an_address_that_another_port_may_come_to_hold(stage, lan):
    vip = stage.port(lan)
    one = instance(stage, lan, "compute1")
    instance(stage, lan, "compute2")
    address = one.fixed_ips[0].address
    pair = AddressPair("", ip_network(f"{address}/32"))
    three = instance(stage, lan, "compute3", address_pairs=(pair,))
    assert told(stage, "compute2")[0] == set(), (
        "nor for the address of a port that is nowhere, and pairs' own"
    )
    port.update(stage.store, ADMIN, three.id, PortChanges(address_pairs=()))
    assert told(stage, "compute2")[0] == {one.id, three.id}
    assert vip.host == ""


def pair_comes(stage, lan, one):
    pairs = (AddressPair("", ip_network("10.0.0.200/32")),)
    port.update(stage.store, ADMIN, one.id, PortChanges(address_pairs=pairs))


def roaming_port_comes(stage, lan, _one):
    instance(stage, lan, "compute1", port_security_enabled=False, security_group_ids=())


def port_moves(stage, _lan, one):
    port.update(stage.store, ADMIN, one.id, PortChanges(host="compute3"))


def router_comes(stage, lan, _one):
    for host in ("network1", "network2"):
        state = AgentState(
            "Linux bridge agent", "b", "", 0.0, "10.0.1.2" + host[-1], (), {"arp_responder": True}
        )
        report.take(stage.store, host, Report(agents=(state,)))
        instance(stage, lan, host)
    subnet = stage.subnet(lan, "10.0.9.0/24", enable_dhcp=False)
    stage.joined(stage.router(), subnet)


def router_gets_another_host(stage, _lan, _one):
    stage.alive("compute1", roles=(L3,))


def nothing(_stage, _lan, _one):
    pass


def agent_answers_no_more(stage, _lan, _one):
    join(stage, "compute2", answers=False)


def agent_begins_to_answer(stage, _lan, _one):
    join(stage, "compute3")


@pytest.mark.parametrize(
    ("first", "happens"),
    [
        (nothing, pair_comes),
        (nothing, roaming_port_comes),
        (nothing, port_moves),
        (nothing, router_comes),
        (router_comes, router_gets_another_host),
        (nothing, agent_answers_no_more),
        (nothing, agent_begins_to_answer),
    ],
)
def test_who_follows_knows_what_a_newcomer_is_told(stage, lan, first, happens):
    one, *_ = [instance(stage, lan, host) for host in HOSTS]
    first(stage, lan, one)
    picture = snapshot.fill(stage.store)
    compiler = Compiler(picture)
    intents = {host: HostIntent(host) for host in (*HOSTS, "network1", "network2")}
    before = {}
    for host, held in intents.items():
        held.put(1, compiler.whole(host))
        before[host] = dict(held.records)
    happens(stage, lan, one)
    changes = snapshot.catch_up(stage.store, picture)
    for host, records in compiler.again(compiler.take(changes), intents).items():
        intents[host].put(2, records)
    anew = Compiler(snapshot.fill(stage.store))
    assert {host: held.records for host, held in intents.items()} == {
        host: anew.whole(host) for host in intents
    }
    assert any(held.records != before[host] for host, held in intents.items())


def touched(stage, make):
    """The neighbours that are looked at again for what ``make`` does."""
    picture = snapshot.fill(stage.store)
    compiler = Compiler(picture)
    made = make()
    keys = compiler.take(snapshot.catch_up(stage.store, picture))
    return {id for kind, id in keys if kind == "neighbours"}, made


def test_a_port_that_comes_costs_itself_alone(stage, lan):
    for host in ("compute1", "compute2"):
        instance(stage, lan, host)
    ids, made = touched(stage, lambda: instance(stage, lan, "compute1"))
    assert ids == {made.id}


def test_what_roams_costs_nothing_where_nobody_answers(stage):
    lan = stage.network()
    stage.subnet(lan, "10.0.0.0/24", enable_dhcp=False)
    join(stage, "compute1", answers=False)
    instance(stage, lan, "compute1")
    pair = AddressPair("", ip_network("10.0.0.200/32"))
    ids, made = touched(stage, lambda: instance(stage, lan, "compute1", address_pairs=(pair,)))
    assert ids == {made.id}


def test_a_dhcp_servers_address_stays(stage, lan):
    server = stage.port(lan, ADMIN, device_owner=owners.DHCP, device_id="d", host="compute1")
    instance(stage, lan, "compute2")
    assert told(stage, "compute2")[0] == {server.id}
