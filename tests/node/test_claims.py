"""Has routers follow when a node falls silent, and successors lean until the others stand by: over a fake voice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from hawser.base.addresses import Address
from hawser.machine.drivers.voice import Farewell, Holder
from hawser.node.agent import claims
from hawser.node.agent.claims import Succession, contest
from hawser.node.planners.router_ha import primary_address
from hawser.wire.intent import Peer
from hawser.wire.report import Mastership
from tests.node import samples
from tests.node.test_loop import Node

MAC = "fa:16:3e:00:00:99"
PEER = Peer(ip_address("169.254.192.2"), ip_address("10.0.1.22"), 1, mac=MAC)
PRIMARY = primary_address(1).ip
BRIDGE = f"brq{samples.HA_NETWORK[:11]}"
GONE = {PEER.node}


class Voice:
    """The twin of the driver: those who hold an address answer at once."""

    def __init__(self, *holders: Holder) -> None:
        self.holders = set(holders)
        self.heard: set[Holder] = set()
        self.played: list[tuple[str, Farewell]] = []

    def ask(self, bridge: str, address: Address, mac: str = "") -> None:
        self.heard |= {
            each
            for each in self.holders
            if (each.bridge, each.address) == (bridge, address) and each.mac == mac
        }

    def answers(self) -> set[Holder]:
        heard, self.heard = self.heard, set()
        return heard

    def play(self, tap: str, farewell: Farewell) -> None:
        self.played.append((tap, farewell))


def holds(address: Address) -> Holder:
    return Holder(BRIDGE, address, MAC)


async def begin(node: Node, part: Mastership) -> None:
    """The router stands, and plays a part."""
    place = replace(samples.router().ha, others=(PEER,))
    node.told(samples.node(routers=(samples.router(ha=place),)))
    await node.until(lambda: node.stands("keepalived.pid") and node.stands("content='   0\\n'"))
    node.loop.mastership(samples.ROUTER, part)


def played_when_it_falls_silent(path: Path, voice: Voice, part: Mastership = Mastership.STANDBY) -> int:
    async def story(node: Node) -> None:
        await begin(node, part)
        succession = Succession(node.loop, voice)
        succession.suspect(GONE, ())
        succession.follow(GONE, GONE)

    Node(path).play(story)
    return len(voice.played)


def test_where_nobody_answers_for_being_master_the_next_one_follows(tmp_path: Path):
    voice = Voice(holds(PEER.address))
    assert played_when_it_falls_silent(tmp_path, voice) == 1
    ((tap, farewell),) = voice.played
    assert (tap, farewell.peer) == (f"tap{samples.HA_PORT[:11]}", PEER.address)


def test_a_master_that_answers_is_left_alone_though_its_node_is_not_heard(tmp_path: Path):
    assert played_when_it_falls_silent(tmp_path, Voice(holds(PRIMARY))) == 0


def test_a_master_follows_nobody(tmp_path: Path):
    assert played_when_it_falls_silent(tmp_path, Voice(), Mastership.ACTIVE) == 0


def test_what_was_answered_before_the_suspicion_counts_for_nothing(tmp_path: Path):
    voice = Voice()
    voice.heard = {holds(PRIMARY)}
    assert played_when_it_falls_silent(tmp_path, voice) == 1


def test_a_master_is_sure_soon_after_its_peer_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(claims, "ASK", 3600)
    monkeypatch.setattr(claims, "NEW", 0.3)
    voice, silent = Voice(), set(GONE)

    async def story(node: Node) -> None:
        await begin(node, Mastership.ACTIVE)
        task = asyncio.create_task(contest(node.loop, voice, lambda: silent))
        await node.until(lambda: node.stands("content='  45\\n'"))
        await asyncio.sleep(0.6)
        voice.holders = {holds(PEER.address)}
        await asyncio.sleep(0.2)
        assert node.stands("content='  45\\n'"), "nobody asked"
        silent.clear()
        await node.until(lambda: node.stands("content='  40\\n'"))
        task.cancel()

    Node(tmp_path).play(story)


def test_a_new_master_leans_higher_until_the_others_are_known_to_stand_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(claims, "ASK", 0.02)
    voice, silent = Voice(), set(GONE)

    async def story(node: Node) -> None:
        await begin(node, Mastership.ACTIVE)
        task = asyncio.create_task(contest(node.loop, voice, lambda: silent))
        await node.until(lambda: node.stands("content='  45\\n'"))
        silent.clear()
        voice.holders = {holds(PEER.address), holds(PRIMARY)}
        await asyncio.sleep(0.2)
        assert node.stands("content='  45\\n'"), "the other still takes itself for master"
        voice.holders = {holds(PEER.address)}
        await node.until(lambda: node.stands("content='  40\\n'"))
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await node.until(lambda: node.stands("content='   0\\n'"))
        task.cancel()

    Node(tmp_path).play(story)
