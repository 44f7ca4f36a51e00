"""What a fault's end means for a router that is on one node alone."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

from soak.faults import heal
from soak.site import State


def test_a_router_that_fell_with_its_node_may_be_away_until_that_has_started():
    state = State(broken="network2", fault="power", mend=lambda: None, lone="r")
    assert heal(SimpleNamespace(state=state), Random(0)) == "power of network2 is over"
    assert state.disturbed == {"r"}
    assert not state.broken
