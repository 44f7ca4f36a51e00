"""What keeps a node from its work is told once, and shown as long as it lasts."""

from __future__ import annotations

import logging

from hawser.base.errors import MachineError
from hawser.machine.apply import Failure
from hawser.machine.items.netns import Netns
from hawser.machine.plan import Op, Verb
from hawser.node.agent.alarms import NAMED, STUBBORN, Alarms, Refusals


def refused(name):
    error = MachineError(f"Cannot create netns {name}: no buffer space.")
    return Failure(Op(Verb.CREATE, Netns(name), "missing"), error)


def test_an_alarm_is_told_once_when_it_begins_and_once_when_it_ends(caplog):
    caplog.set_level(logging.INFO)
    alarms = Alarms()
    for present in (["no way out"], ["no way out"], [], []):
        alarms.tell(present)
    assert [each.message for each in caplog.records] == ["alarm: no way out", "alarm is over: no way out"]


def test_what_is_refused_now_and_then_is_no_alarm_and_time_and_again_is():
    refusals = Refusals()
    for turn in [[refused("a")]] * (STUBBORN - 1) + [[]] + [[refused("a")]] * (STUBBORN - 1):
        assert refusals.alarms(turn) == []
    (alarm,) = refusals.alarms([refused("a"), refused("b")])
    assert alarm == "Cannot create netns a: no buffer space."
    assert refusals.alarms([refused("a")]) == [alarm], "told as it was"
    assert refusals.alarms([]) == []


def test_of_many_refusals_some_are_named():
    refusals = Refusals()
    many = [refused(str(n)) for n in range(NAMED + 3)]
    *named, more = [refusals.alarms(many) for _ in range(STUBBORN)][-1]
    assert len(named) == NAMED
    assert more == "3 more things are refused, which the log names"
