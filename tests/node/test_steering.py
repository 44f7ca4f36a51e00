"""The number by which the agent leans on keepalived's election: who wins, whatever comes together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from hawser.node.planners import router, steering
from hawser.node.planners.facts import Contact, Outlook
from hawser.wire.report import Mastership
from tests.node import samples

ACTIVE, STANDBY = Mastership.ACTIVE, Mastership.STANDBY


SCALES = {"fast": steering.FAST, "classic": steering.CLASSIC}
Number = Callable[..., int]


@pytest.fixture(params=SCALES.values(), ids=SCALES)
def scale(request: pytest.FixtureRequest) -> steering.Scale:
    """Each form of VRRP."""
    return request.param


@pytest.fixture
def number(scale: steering.Scale) -> Number:
    """What a node leans on an election by, for its part, its contact and its place."""

    def of(
        mastership: Mastership | None,
        contact: Contact = Contact.SOUND,
        outlook: Outlook | None = None,
        *,
        contested: bool = False,
        **place: object,
    ) -> int:
        ha = replace(samples.router().ha, **place)
        return steering.number(ha, mastership, contact, outlook, scale, contested=contested)

    return of


def test_whoever_takes_part_has_a_priority_that_there_is(scale: steering.Scale, number: Number):
    highest, lowest = number(STANDBY, wanted=True), number(ACTIVE, outlook=Outlook.LOST)
    assert scale.priority + highest < 255
    assert scale.priority + lowest == 1
    assert scale.priority + steering.ISOLATED < 1


def test_stand_bys_differ_by_rank_and_are_below_the_master(number: Number):
    ranks = [number(STANDBY, rank=rank) for rank in range(5)]
    assert number(ACTIVE, rank=4) > ranks[0]
    assert sorted(set(ranks), reverse=True) == ranks


def test_with_whole_seconds_a_master_has_the_priority_of_the_documents():
    slow = samples.settings(ha_vrrp_advert_int=2.0)
    assert steering.scale(slow) is steering.CLASSIC
    assert steering.CLASSIC.priority + steering.CLASSIC.master == 50
    assert steering.scale(samples.settings(ha_vrrp_advert_int=1.5)) is steering.FAST


def test_the_target_of_a_move_is_above_the_master_before_and_after_it_becomes_master(number: Number):
    assert number(STANDBY, wanted=True) > number(ACTIVE)
    assert number(ACTIVE, wanted=True) > number(ACTIVE)


@pytest.mark.parametrize("rank", [0, 1, 2, 9, 40])
def test_a_drained_node_is_below_every_other_and_still_in_the_election(
    scale: steering.Scale, number: Number, rank: int
):
    for part in (ACTIVE, STANDBY, None):
        assert number(part, drained=True) < number(STANDBY, rank=rank)
        assert scale.priority + number(part, drained=True) > 0


def test_of_drained_nodes_that_are_left_one_takes_over_and_none_takes_it_back(number: Number):
    ranks = [number(STANDBY, drained=True, rank=rank) for rank in range(4)]
    assert sorted(set(ranks), reverse=True) == ranks
    assert number(ACTIVE, drained=True, rank=3) > ranks[0]


def test_a_successor_is_above_a_master_that_stood_still_and_below_the_target_of_a_move(number: Number):
    assert number(ACTIVE) < number(ACTIVE, contested=True) < number(STANDBY, wanted=True)
    assert number(ACTIVE, contested=True, drained=True) == number(ACTIVE, drained=True)
    assert number(STANDBY, contested=True) == number(STANDBY)


def test_who_is_drained_and_wanted_none_the_less_is_wanted(number: Number):
    assert number(STANDBY, drained=True, wanted=True) == number(STANDBY, wanted=True)


def test_a_node_that_is_no_longer_drained_does_not_take_the_router_back(number: Number):
    assert number(STANDBY, rank=0) < number(ACTIVE, rank=1)


def test_an_isolated_node_has_no_part_whatever_is_wanted_of_it(number: Number):
    for part, wanted, drained in product((ACTIVE, STANDBY, None), (True, False), (True, False)):
        assert number(part, Contact.LOST, wanted=wanted, drained=drained) == steering.ISOLATED


def test_a_node_in_doubt_takes_over_from_nobody_and_gives_up_nothing(number: Number):
    for part in (STANDBY, None):
        assert number(part, Contact.DOUBTFUL, wanted=True) == steering.ISOLATED
    assert number(ACTIVE, Contact.DOUBTFUL) == number(ACTIVE)


def test_a_master_that_lost_its_gateways_is_below_everybody_and_still_in_the_election(
    scale: steering.Scale, number: Number
):
    lost = number(ACTIVE, outlook=Outlook.LOST)
    given_up = number(STANDBY, outlook=Outlook.LOST)
    assert scale.priority + lost > 0
    assert lost < given_up < number(STANDBY, drained=True) < number(STANDBY, rank=40)
    assert number(ACTIVE, outlook=Outlook.LOST, wanted=True) == lost


def test_an_operator_may_want_the_router_where_its_gateways_were_lost_before(number: Number):
    assert number(STANDBY, outlook=Outlook.LOST, wanted=True) > number(ACTIVE)


@pytest.mark.parametrize("rank", [0, 1, 2, 9, 40])
def test_who_doubts_its_gateways_leaves_the_router_to_a_drained_node_that_has_them(rank: int, number: Number):
    doubting = number(STANDBY, outlook=Outlook.DOUBTED, rank=rank)
    assert number(STANDBY, outlook=Outlook.LOST) < doubting < number(ACTIVE, drained=True)


def test_of_those_who_doubt_one_is_first(number: Number):
    assert len({number(STANDBY, outlook=Outlook.DOUBTED, rank=rank) for rank in range(3)}) == 3


@pytest.mark.parametrize(("told", "number"), [(True, "  50\n"), (False, " -20\n")])
def test_a_move_that_is_known_from_disk_alone_moves_nothing(told: bool, number: str):
    place = replace(samples.router().ha, rank=1, wanted=True)
    (rank,) = router.ranks(samples.node(routers=(samples.router(ha=place),)), samples.facts(told=told))
    assert rank.content == number
