"""Who is wanted as master is not heard before it has the addresses: by which rule, and when."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from hawser.node.planners import handover
from hawser.wire.report import Mastership
from tests.node import samples

PEER, FURTHER = ip_address("169.254.192.2"), ip_address("169.254.192.3")
WANTED = replace(samples.router().ha, wanted=True, peers=(PEER,))


def rules(ha=WANTED, part=Mastership.STANDBY, **facts):
    known = samples.facts(masterships={samples.ROUTER: part}, **facts)
    return [chain.rules for chain in handover.desire(samples.router(ha=ha), ha, known)]


def test_the_first_word_to_each_peer_is_dropped_and_no_further_one():
    assert rules() == [(f"-o ha-{samples.HA_PORT[:11]} -p vrrp -m quota --quota 48 -j DROP",)]
    (rule,) = rules(replace(WANTED, peers=(PEER, FURTHER)))
    assert "--quota 80 " in rule[0]


@pytest.mark.parametrize(
    "otherwise",
    [
        {"ha": replace(WANTED, wanted=False)},
        {"part": Mastership.ACTIVE},
        {"told": False},
        {"overdue": frozenset({samples.ROUTER})},
        {"settings": samples.settings(ha_vrrp_advert_int=2.0)},
    ],
)
def test_all_are_heard_where_no_move_is_under_way_or_heartbeats_are_rare(otherwise):
    assert rules(**otherwise) == []
