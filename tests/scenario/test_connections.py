"""What is connected stays connected while its router moves, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hawser.lab.lab import Fault
from tests.scenario.talk import chat, echoing
from tests.scenario.world import World, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]


@pytest.fixture
def echo(world: World) -> Iterator[None]:
    with echoing(world):
        yield


@pytest.fixture
def hidden(world: World) -> Iterator[tuple[str, str]]:
    """An instance without a floating IP: its node and its name. It goes out by the gateway's address."""
    image = world.server["image"]["id"]
    wanted = {"name": "hidden", "imageRef": image, "flavorRef": "1", "networks": [{"uuid": world.tenant}]}
    server = world.demo.compute("POST", "servers", {"server": wanted})["server"]["id"]
    until(lambda: _shown(world, server)["status"] == "ACTIVE", 30, "the instance is ACTIVE")
    yield _shown(world, server)["hostId"], "hidden"
    world.demo.compute("DELETE", f"servers/{server}")


def _shown(world: World, server: str) -> dict:
    return world.demo.compute("GET", f"servers/{server}")["server"]


@pytest.mark.usefixtures("echo")
def test_tcp_through_snat_and_floating_ip_survives_two_power_cuts(world: World, hidden: tuple[str, str]):
    chats = [chat(world, hidden, 22), chat(world, (world.server["hostId"], "one"), 22)]
    time.sleep(1)
    for _ in range(2):
        before = world.settle()
        world.lab.fail(before, Fault.POWER)
        until(lambda gone=before: world.masters() == [world.other(gone)], 10, "the other node takes over")
        time.sleep(1)
        world.lab.heal(before)
        world.settle()
        time.sleep(2)
    for each in chats:
        said, _ = each.communicate(timeout=60)
        assert "survived" in said, said
