"""A minute of what `make soak` does for longer: faults and changes in an order that a fixed seed gives."""

from __future__ import annotations

import os

import pytest

from benchmarks.stage import Stage
from hawser.lab.progress import Silent
from soak.run import soak

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


def test_a_minute_of_faults_in_random_order_leaves_all_as_it_must_be():
    stage = Stage(f"soak{os.getpid()}", Silent())
    try:
        taken = soak(stage, seed=4, seconds=60, say=print)
    finally:
        stage.close()
    assert taken.total() > 5
