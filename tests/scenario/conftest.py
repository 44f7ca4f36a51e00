"""One lab for all scenarios: each starts from, and leaves behind, a world where all is well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenario.world import World, raised


@pytest.fixture(scope="session")
def shared() -> Iterator[World]:
    with raised("scenario") as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.settle()
    return shared
