"""A move that servers do not end is over all the same."""

from __future__ import annotations

from dataclasses import replace

from hawser.node.agent.moving import Moves
from hawser.node.planners import router
from tests.node import samples

HERE = samples.node()
WANTED = replace(HERE, routers=(samples.router(ha=replace(samples.router().ha, wanted=True)),))


def test_a_move_is_overdue_when_it_has_lasted_too_long_and_no_other():
    moves = Moves(15.0)
    assert not moves.overdue(None, 0.0)
    assert not moves.overdue(WANTED, 1.0)
    assert not moves.overdue(WANTED, 15.0)
    assert moves.overdue(WANTED, 17.0) == {samples.ROUTER}
    assert not moves.overdue(HERE, 18.0)
    assert not moves.overdue(WANTED, 19.0)


def test_who_is_wanted_for_too_long_leans_as_if_it_were_not():
    def numbers(**facts):
        return [file.content for file in router.ranks(WANTED, samples.facts(**facts))]

    assert numbers() == ["  50\n"]
    assert numbers(overdue=frozenset({samples.ROUTER})) == ["   0\n"]
