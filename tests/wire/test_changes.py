"""The laws of the wire: what is sent arrives as it was, and differences put together give the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawser.base.errors import BadInput
from hawser.wire import codec, intent
from hawser.wire.change import IntentChange, between, joined, merge, snapshot
from hawser.wire.digest import digest
from hawser.wire.report import AgentState, Mastership, PortStatus, Report, RouterStatus
from tests.node import samples

ids = st.sampled_from("abcdef")
ports = st.dictionaries(ids, st.booleans()).map(
    lambda chosen: tuple(
        intent.Port(id, "net", "fa:16:3e:00:00:01", "", "", up) for id, up in sorted(chosen.items())
    )
)
segments = st.dictionaries(ids, st.integers(1, 3)).map(
    lambda chosen: tuple(samples.segment(id, vni) for id, vni in sorted(chosen.items()))
)


def nodes(revision: int) -> st.SearchStrategy[intent.NodeIntent]:
    return st.builds(intent.NodeIntent, st.just("h"), st.just(revision), segments=segments, ports=ports)


@given(nodes(1), nodes(2))
def test_a_difference_makes_the_old_intent_the_new_one(old, new):
    assert merge(old, between(old, new)) == new


@given(nodes(1), nodes(2))
def test_a_snapshot_needs_no_base(old, new):
    assert merge(old, snapshot(new)) == new


@given(nodes(1), nodes(2), nodes(3), nodes(4))
def test_changes_that_follow_on_each_other_are_one_together(first, second, third, fourth):
    changes = [between(first, second), between(second, third), between(third, fourth)]
    assert merge(first, joined(changes)) == fourth


@given(nodes(1), nodes(2))
def test_equal_records_have_equal_digests_whatever_the_revision(old, new):
    assert (digest(old) == digest(new)) == (replace(old, revision=2) == new)


def test_a_change_of_another_base_is_refused():
    change = between(intent.NodeIntent("h", 3), intent.NodeIntent("h", 4))
    with pytest.raises(ValueError, match="builds on revision 3"):
        merge(intent.NodeIntent("h", 2), change)


def test_a_whole_intent_survives_the_wire():
    sent = snapshot(samples.node(dhcp_servers=(samples.dhcp_server(),), dhcp_hosts=(samples.dhcp_host(),)))
    assert codec.decode(codec.encode(sent), IntentChange) == sent


def test_a_report_survives_the_wire():
    sent = Report(
        agents=(AgentState("L3 agent", "neutron-l3-agent", "nova", 1.5, "", ("provider",), {"routers": 3}),),
        ports=(PortStatus("p", False, "no eth2"),),
        routers=(RouterStatus("r", Mastership.ACTIVE, 2.5),),
    )
    assert codec.decode(codec.encode(sent), Report) == sent


@pytest.mark.parametrize(
    "line", [b"", b"[]", b'{"host": 1}', b'{"host": "h", "revision": "x", "base": null}']
)
def test_a_line_that_does_not_fit_is_bad_input(line):
    with pytest.raises(BadInput, match="IntentChange"):
        codec.decode(line, IntentChange)


def test_what_a_later_release_adds_is_passed_over():
    sent = codec.encode(snapshot(samples.node()))
    added = sent[:-1].replace(b'"gone":[]', b'"gone":[["moons","m"]]') + b', "moons": 2}'
    change = codec.decode(added, IntentChange)
    assert replace(change, gone=()) == snapshot(samples.node())
    assert merge(intent.NodeIntent("network1", 0), change) == samples.node()
