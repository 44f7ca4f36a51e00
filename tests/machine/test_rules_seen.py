"""Rules are read anew where they changed, whoever did it, and nowhere else."""

import subprocess
from pathlib import Path

import pytest

from hawser.machine.drivers.machine import Machine
from hawser.machine.drivers.rules_seen import RulesState, SeenRules
from hawser.machine.items.chain import Chain
from hawser.machine.items.netns import Netns

NAME = "qrouter-11111111-2222-4333-8444-555555555555"
BOX = Netns(NAME)
RULE = Chain(NAME, 4, "nat", "POSTROUTING", ("-o eth0 -j MASQUERADE",))
PLACE = (NAME, 4)
STATE = RulesState(7, 3, frozenset({4}))


def flush():
    subprocess.run(["ip", "netns", "exec", NAME, "iptables", "-t", "nat", "-F"], check=True)


@pytest.fixture
def without_programs(monkeypatch):
    """Whoever starts a program fails from here on."""
    return lambda: monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.kernel
def test_unchanged_rules_are_known_without_a_program_also_to_a_new_agent(kernel, without_programs, tmp_path):
    kernel.make(BOX, RULE)
    kernel.read()
    without_programs()
    assert kernel.stands(RULE)
    kernel.machine.close()
    kernel.machine = Machine((tmp_path / "own",))
    assert kernel.stands(RULE)


@pytest.mark.kernel
def test_rules_that_somebody_flushed_are_missed_also_by_a_new_agent(kernel, tmp_path):
    kernel.make(BOX, RULE)
    kernel.read()
    flush()
    assert not kernel.stands(RULE)
    kernel.settle()
    kernel.read()
    flush()
    kernel.machine.close()
    kernel.machine = Machine((tmp_path / "own",))
    assert not kernel.stands(RULE)


@pytest.mark.kernel
def test_a_namespace_made_anew_under_the_same_name_is_read_anew(kernel):
    kernel.make(BOX, RULE)
    kernel.read()
    subprocess.run(["ip", "netns", "del", NAME], check=True)
    subprocess.run(["ip", "netns", "add", NAME], check=True)
    for table in ("filter", "nat"):  # as many changes as the first had
        subprocess.run(["ip", "netns", "exec", NAME, "iptables", "-t", table, "-N", "other"], check=True)
    assert not kernel.stands(RULE)


@pytest.mark.kernel
def test_a_glance_tells_what_others_did_and_not_what_we_did(kernel):
    kernel.make(BOX, RULE)
    kernel.make(Chain(NAME, 4, "nat", "PREROUTING", ("-d 192.0.2.1/32 -j DNAT --to-destination 10.0.0.1",)))
    assert not kernel.machine.drifted()
    flush()
    assert kernel.machine.drifted()
    kernel.settle()
    assert not kernel.machine.drifted()
    subprocess.run(["ip", "netns", "del", NAME], check=True)
    assert kernel.machine.drifted()
    kernel.settle()
    kernel.wanted.clear()
    kernel.settle()
    assert not kernel.machine.drifted()


def test_a_text_is_known_in_its_state_alone(tmp_path):
    seen = SeenRules(tmp_path / "rules.json")
    seen.keep({PLACE: "*nat"}, {NAME: STATE})
    for known in (seen, SeenRules(tmp_path / "rules.json")):
        assert known.text(PLACE, STATE) == "*nat"
        assert known.text(PLACE, RulesState(7, 4, STATE.families)) is None
        assert known.text(PLACE, RulesState(8, 3, STATE.families)) is None
        assert known.text(PLACE, None) is None


def test_a_family_without_tables_is_asked_each_time_for_it_may_have_legacy_ones(tmp_path):
    seen = SeenRules(tmp_path / "rules.json")
    seen.keep({(NAME, 6): "*filter"}, {NAME: STATE})
    assert seen.text((NAME, 6), STATE) is None


@pytest.mark.parametrize("left", ["", "{", "[[1]]", "null", '{"a": 1}'])
def test_a_file_that_cannot_be_understood_is_as_none(tmp_path: Path, left: str):
    (tmp_path / "rules.json").write_text(left)
    assert SeenRules(tmp_path / "rules.json").text(PLACE, STATE) is None
