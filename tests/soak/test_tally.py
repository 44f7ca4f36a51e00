"""What a soak tells in the end."""

from __future__ import annotations

from soak.tally import Result, Soak

FINE = Result(1, "power off", "power on network1", 2.0, "", 0.3, 0.25, 0.0)
LONG = Result(
    2, "power off", "power on network2", 3.0, "", 0.9, 0.85, 0.1, ("an address was silent for 0.90 s",)
)


def soak(*results: Result, end: str = "") -> Soak:
    return Soak(7, "2 network nodes", 1.5, results, end)


def test_the_worst_of_each_kind_of_step_is_told():
    line = next(line for line in soak(FINE, LONG).table().splitlines() if line.startswith("power off"))
    assert line.split() == ["power", "off", "2", "0.900", "0.850", "0.100", "3.0"]


def test_the_seed_and_what_was_wrong_are_told_and_make_it_fail():
    told = soak(FINE, LONG).table()
    assert "2 power off (power on network2): an address was silent for 0.90 s" in told
    assert "seed 7, 2 network nodes" in told
    assert not soak(FINE, LONG).well
    assert soak(FINE).well


def test_what_ended_it_makes_it_fail_too():
    cut_short = soak(FINE, end="Step 2 (heal): nobody answers")
    assert not cut_short.well
    assert "nobody answers" in cut_short.table()


def test_programs_get_every_step_and_the_worst_of_all():
    said = soak(FINE, LONG).as_json()
    assert said["worst"]["outage"] == 0.9
    assert [each["step"] for each in said["results"]] == ["power off", "power off"]
