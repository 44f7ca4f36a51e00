"""A minute of what `make soak` does for longer: faults and changes in an order that a fixed seed gives."""

from __future__ import annotations

import os
from random import Random

import pytest

from soak.run import soak
from soak.site import site

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


def test_a_minute_of_faults_in_random_order_leaves_all_as_it_must_be():
    with site(f"soak{os.getpid()}", network_nodes=2, l2population=True) as made:
        results = list(soak(made, Random(4), 60, patience=2))
    assert len(results) > 5
    assert not [result for result in results if result.wrong]
