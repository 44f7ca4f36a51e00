"""One lab for all scenarios: each starts from, and leaves behind, a world where all is well."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Lab
from tests.scenario.world import World


@pytest.fixture(scope="session")
def shared() -> Iterator[World]:
    lab = Lab.up(f"scenario{os.getpid()}")
    try:
        yield World(lab)
    finally:
        lab.down()


@pytest.fixture
def world(shared: World) -> World:
    shared.settle()
    return shared
