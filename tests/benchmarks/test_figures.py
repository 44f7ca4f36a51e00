"""What the benchmarks say of what they saw: silences, verdicts, and the table of the documentation."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from benchmarks import silence
from benchmarks.crowd import Answers
from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.highavailability.rows import BOOK as HA
from benchmarks.row import Row
from benchmarks.rows import BOOK
from benchmarks.stages import Stages
from hawser.base.errors import BadInput
from hawser.lab.ping import Record, Reply
from hawser.lab.progress import Silent

GAP = BOOK.rows["failover"].goals[0]


def answers(*hundredths):
    return Record(0.01, tuple(Reply(seq, seq / 100) for seq in hundredths))


def test_the_longest_silence_lies_between_two_answers():
    record = answers(0, 1, 2, 30, 31, 32)
    assert silence.longest(record, 0.0, 0.32) == pytest.approx(280)
    assert silence.lost(record, 0.0, 0.32) == 27


def test_an_address_that_never_answers_again_was_silent_to_the_end():
    assert silence.longest(answers(0, 1, 2), 0.0, 4.0) == pytest.approx(3980)


def test_silence_before_the_time_that_is_asked_about_does_not_count():
    assert silence.longest(answers(0, 50, 51, 52), 0.5, 0.53) == pytest.approx(10)


def test_a_goal_is_reached_by_its_own_value_and_missed_above_it():
    goal = Goal("pings lost", "pings", 0)
    assert Figure(goal, 0, 1).ok
    assert not Figure(goal, 1, 1).ok


def test_runs_are_told_by_their_median_and_their_worst():
    middle, worst = middle_and_worst(GAP, GAP, [200, 900, 300])
    assert (middle.measured, worst.measured, worst.runs) == (300, 900, 3)


def test_a_new_figure_replaces_the_old_one_and_leaves_the_others(tmp_path):
    file = tmp_path / "bench.json"
    other = BOOK.rows["port"].goals[0]
    BOOK.save([Figure(GAP, 500, 3), Figure(other, 5, 300)], file)
    BOOK.save([Figure(GAP, 1500, 3)], file)
    written = {entry["what"]: entry for entry in json.loads(file.read_text())}
    assert written[GAP.what] == {
        "what": GAP.what,
        "measured": 1500,
        "unit": "ms",
        "to_reach": 300,
        "runs": 3,
        "ok": False,
    }
    assert written[other.what]["ok"]


def test_a_figure_whose_goal_is_no_more_is_forgotten(tmp_path):
    file = tmp_path / "bench.json"
    file.write_text(json.dumps([{"what": "of old", "measured": 1}]))
    BOOK.save([Figure(GAP, 500, 3)], file)
    assert [entry["what"] for entry in json.loads(file.read_text())] == [GAP.what]


def test_the_table_is_written_between_its_marks(tmp_path):
    document = tmp_path / "benchmarks.md"
    begin, end = BOOK.marks
    document.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    BOOK.write_document({GAP.what: Figure(GAP, 251.9, 3).as_json()}, document)
    text = document.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    repeat = "`.venv/bin/python -m benchmarks --only failover`"
    assert f"| {GAP.what} | 6.0 s | 300 ms | 251.9 ms | 3 | reached | {repeat} |" in text


def test_a_document_without_marks_is_left_alone(tmp_path):
    document = tmp_path / "benchmarks.md"
    document.write_text("by hand\n")
    with pytest.raises(BadInput, match="marks of the table are missing"):
        BOOK.write_document({}, document)
    assert document.read_text() == "by hand\n"


def test_a_crowd_is_as_silent_as_the_one_who_is_silent_longest():
    crowd = Answers({"one": answers(0, 1, 2, 3), "two": answers(1, 3)})
    assert crowd.silences(0.0, 0.03) == {"one": pytest.approx(10), "two": pytest.approx(20)}
    assert crowd.lost(0.0, 0.03) == 1
    assert crowd.last_first() == 0.01
    assert Answers({"three": answers()}).last_first() == float("inf")


def test_rows_on_a_lab_of_the_same_settings_share_a_stage():
    plain, other = Row((), lambda *_: []), Row((), lambda *_: [], ("all.neutron.agent.report_interval=1",))
    with Stages("none", Silent()) as stages:
        first = stages.of(plain)
        assert stages.of(plain) is first
        assert stages.of(other).settings == other.settings
        assert stages.of(plain) is not first


def test_goals_of_high_availability_are_told_apart_and_a_lab_is_made_once_for_its_rows():
    whats = [goal.what for goal in HA.goals()]
    assert len(whats) == len(set(whats))
    labs = [row.settings for row in HA.rows.values()]
    assert len(set(labs)) == 1 + sum(one != other for one, other in pairwise(labs))
