"""MACs keep the operator's prefix; numbers come from their ranges."""

from __future__ import annotations

from random import Random

import pytest

from hawser.server.allocate import macs, numbers


@pytest.mark.parametrize(("base", "kept"), [("fa:16:3e:00:00:00", 8), ("fa:16:3e:4f:00:00", 11)])
def test_a_mac_keeps_the_prefix(base, kept):
    drawn = {macs.choose(base, Random(seed)) for seed in range(50)}
    assert all(len(mac) == 17 and mac[:kept] == base[:kept] for mac in drawn)
    assert len(drawn) == 50


def test_numbers_run_out_at_the_end_of_the_ranges():
    assert numbers.lowest_free([(5, 6), (9, 9)], {5}) == 6
    assert numbers.lowest_free([(5, 6), (9, 9)], {5, 6}) == 9
    assert numbers.lowest_free([(5, 6), (9, 9)], {5, 6, 9}) is None
