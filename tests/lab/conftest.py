"""Labs for tests: each has a name of its own, and is gone after the test whatever happened."""

from __future__ import annotations

import os
import uuid

import pytest

from hawser.lab.lab import Lab


@pytest.fixture
def name():
    chosen = f"t{os.getpid()}-{uuid.uuid4().hex[:4]}"
    yield chosen
    Lab.remove(chosen)


@pytest.fixture(scope="module")
def bare():
    lab = Lab.up(f"t{os.getpid()}-bare", services=[], port_offset=20_000)
    yield lab
    Lab.remove(lab.name)
