"""Load and first places are spread evenly."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hawser.server.allocate.agents import Candidate, choose


@given(st.integers(1, 6), st.integers(0, 4), st.integers(0, 60))
def test_routers_and_masters_are_spread_evenly(agents, wanted, routers):
    load, masters = Counter(), Counter()
    for _ in range(routers):
        candidates = [Candidate(str(n), f"host{n}", load[n], masters[n]) for n in range(agents)]
        chosen = choose(candidates, wanted)
        assert len(chosen) == (min(wanted, agents) if wanted else agents)
        load.update(int(each.agent_id) for each in chosen)
        masters[int(chosen[0].agent_id)] += 1
    assert max(load[n] for n in range(agents)) - min(load[n] for n in range(agents)) <= 1
    assert max(masters[n] for n in range(agents)) - min(masters[n] for n in range(agents)) <= 2
