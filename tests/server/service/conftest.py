"""A tenant's network and its subnet, from which several stories begin."""

import pytest


@pytest.fixture
def lan(stage):
    return stage.network()


@pytest.fixture
def inside(stage, lan):
    return stage.subnet(lan, "10.0.0.0/24")
