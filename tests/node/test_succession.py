"""Who follows when a node is gone, and when a successor is sure of its part."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from hawser.machine.drivers.voice import Holder
from hawser.node.agent.succession import Place, farewell, inherited, mastered
from hawser.node.planners.facts import Contact, Facts, Outlook
from hawser.wire.intent import NetworkType, NodeIntent, Peer
from hawser.wire.report import Mastership
from tests.node import samples

STANDBY, ACTIVE = Mastership.STANDBY, Mastership.ACTIVE
FIRST, SECOND, THIRD = (
    Peer(ip_address(f"169.254.192.{n}"), ip_address(f"10.0.1.2{n}"), rank)
    for n, rank in ((2, 0), (3, 2), (4, 3))
)
BRIDGE = f"brq{samples.HA_NETWORK[:11]}"
OTHER_MAC = "fa:16:3e:00:00:99"


def node(*others: Peer, rank: int = 1, **place: object) -> NodeIntent:
    ha = replace(
        samples.router().ha, rank=rank, others=others, peers=tuple(each.address for each in others), **place
    )
    return samples.node(routers=(samples.router(ha=ha),))


def facts(part: Mastership = STANDBY, **changes: object) -> Facts:
    return samples.facts(masterships={samples.ROUTER: part}, **changes)


def follows(intent: NodeIntent, known: Facts, *gone: Peer, silent: tuple[Peer, ...] = ()) -> bool:
    nodes = {each.node for each in gone}
    return bool(list(inherited(intent, known, nodes | {each.node for each in silent}, nodes)))


def test_of_two_the_other_follows_whatever_its_rank():
    assert follows(node(FIRST), facts(), FIRST)
    assert follows(node(SECOND), facts(), SECOND)


def test_of_several_the_lowest_rank_that_is_left_follows():
    assert follows(node(FIRST, SECOND), facts(), FIRST)
    assert follows(node(FIRST, SECOND, rank=3), facts(), FIRST) is False
    assert follows(node(FIRST, SECOND, rank=3), facts(), SECOND, silent=(FIRST,))
    assert follows(node(FIRST, SECOND, rank=3), facts(), FIRST, SECOND)
    assert follows(node(FIRST, THIRD), facts(), THIRD) is False, "the first lives"


def test_a_drained_peer_is_behind_all_and_a_drained_node_leaves_it_to_others():
    assert follows(node(replace(FIRST, drained=True), SECOND), facts(), SECOND)
    assert not follows(node(FIRST, drained=True), facts(), FIRST)


def test_a_node_that_hosts_no_router_of_this_one_leaves_nothing_to_it():
    assert not follows(node(FIRST), facts(), SECOND)


def test_what_a_server_did_not_tell_is_left_to_heartbeats():
    assert not follows(node(), facts(), FIRST)
    assert not follows(node(FIRST, replace(THIRD, node=None, rank=0)), facts(), FIRST)


@pytest.mark.parametrize(
    "known",
    [
        facts(ACTIVE),
        facts(Mastership.UNKNOWN),
        facts(contact=Contact.DOUBTFUL),
        facts(contact=Contact.LOST),
        facts(outlooks={samples.ROUTER: Outlook.DOUBTED}),
        facts(bridged=frozenset()),
        facts(live=frozenset()),
    ],
    ids=["master", "unknown", "doubtful", "cut off", "no gateways", "not wired", "no carrier"],
)
def test_who_does_not_stand_by_in_earnest_follows_nobody(known: Facts):
    assert not follows(node(FIRST), known, FIRST)


def test_who_is_not_yet_known_to_its_peers_follows_nobody():
    assert not follows(node(FIRST, joins=True), facts(), FIRST)


def test_silence_of_tunnels_says_nothing_of_heartbeats_that_go_elsewhere():
    intent = node(FIRST)
    apart = tuple(
        replace(each, network_type=NetworkType.FLAT, physical_network="provider") for each in intent.segments
    )
    assert not follows(replace(intent, segments=apart), facts(), FIRST)


def place(*others: Peer) -> Place:
    (found,) = mastered(node(*others), facts(ACTIVE), {samples.ROUTER})
    return found


def test_a_farewell_comes_from_who_is_gone_at_the_pace_of_its_heartbeats():
    word = farewell(place(FIRST, SECOND), facts(), {SECOND.node})
    assert word is not None
    assert (word.peer, word.own) == (SECOND.address, samples.router().ha.address.ip)
    said = word.heartbeat
    assert (said.interval, said.version) == (samples.settings().ha_vrrp_advert_int, 3)


def test_nobody_is_authentic_but_the_master_itself():
    slow = samples.settings(ha_vrrp_advert_int=2.0)
    assert farewell(place(FIRST), facts(settings=slow), {FIRST.node}).heartbeat.version == 2
    secret = replace(slow, ha_vrrp_auth_password="secret")
    assert farewell(place(FIRST), facts(settings=secret), {FIRST.node}) is None


def held(address: object, mac: str = OTHER_MAC, bridge: str = BRIDGE) -> Holder:
    return Holder(bridge, address, mac)


def test_a_master_is_known_by_its_answer_on_the_routers_own_network():
    here = place(FIRST)
    assert here.has_master({held(here.primary)})
    assert not here.has_master({held(here.primary, bridge="brqelsewhere")})
    assert not here.has_master({held(here.primary, mac=here.ha.mac)}), "it is this node"
    assert not here.has_master({held(FIRST.address)})


def test_a_successor_is_sure_when_all_peers_are_there_and_none_is_master():
    here = place(FIRST, SECOND)
    there = {held(FIRST.address), held(SECOND.address)}
    assert here.is_sure({*there, held(here.primary, mac=here.ha.mac)})
    assert not here.is_sure({held(FIRST.address)})
    assert not here.is_sure({*there, held(here.primary)}), "one stood still and still holds it"
