"""The number by which the agent leans on keepalived's election: who wins, whatever comes together."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from hawser.node.planners.facts import Contact
from hawser.node.planners.router_ha import ISOLATED, PRIORITY, steering
from hawser.wire.report import Mastership
from tests.node import samples

ACTIVE, STANDBY = Mastership.ACTIVE, Mastership.STANDBY


def number(
    mastership: Mastership | None,
    contact: Contact = Contact.SOUND,
    stranded: bool = False,
    **place: object,
) -> int:
    return steering(replace(samples.router().ha, **place), mastership, contact, stranded)


def test_the_target_of_a_move_is_above_the_master_before_and_after_it_becomes_master():
    assert number(STANDBY, wanted=True) > number(ACTIVE)
    assert number(ACTIVE, wanted=True) > number(ACTIVE)


@pytest.mark.parametrize("rank", [0, 1, 2, 9, 40])
def test_a_drained_node_is_below_every_other_and_still_in_the_election(rank: int):
    for part in (ACTIVE, STANDBY, None):
        assert number(part, drained=True) < number(STANDBY, rank=rank)
        assert PRIORITY + number(part, drained=True) > 0


def test_who_is_drained_and_wanted_none_the_less_is_wanted():
    assert number(STANDBY, drained=True, wanted=True) == number(STANDBY, wanted=True)


def test_a_node_that_is_no_longer_drained_does_not_take_the_router_back():
    assert number(STANDBY, rank=0) < number(ACTIVE, rank=1)


def test_an_isolated_node_has_no_part_whatever_is_wanted_of_it():
    for part, wanted, drained in product((ACTIVE, STANDBY, None), (True, False), (True, False)):
        assert number(part, Contact.LOST, wanted=wanted, drained=drained) == ISOLATED


def test_a_node_in_doubt_takes_over_from_nobody_and_gives_up_nothing():
    for part in (STANDBY, None):
        assert number(part, Contact.DOUBTFUL, wanted=True) == ISOLATED
    assert number(ACTIVE, Contact.DOUBTFUL) == number(ACTIVE)


def test_a_master_that_lost_its_gateways_is_below_everybody_and_still_in_the_election():
    lost = number(ACTIVE, stranded=True)
    given_up = number(STANDBY, stranded=True)
    assert PRIORITY + lost > 0
    assert lost < given_up < number(STANDBY, drained=True) < number(STANDBY, rank=40)
    assert number(ACTIVE, stranded=True, wanted=True) == lost


def test_an_operator_may_want_the_router_where_its_gateways_were_lost_before():
    assert number(STANDBY, stranded=True, wanted=True) > number(ACTIVE)
