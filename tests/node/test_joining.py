"""A node that comes to a router which others carry stands aside until it is known there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hawser.node.agent.joining import LOOK, Newcomer, standing_aside
from hawser.wire.report import Mastership
from tests.node import samples
from tests.node.test_loop import Node

PATIENCE = 1.0


class Ear:
    """What is heard in each look, one after another: "h" a heartbeat, "m" a master's answer, "-" nothing."""

    def __init__(self, said: str) -> None:
        self.said = said
        self.at = 0

    def heard(self) -> bool:
        return self.said[self.at] == "h"

    def answered(self) -> bool:
        return self.said[self.at] == "m"

    def ask(self) -> None:
        self.at += 1

    def close(self) -> None:
        """Nothing to let go."""


def joins_after(said: str, wired_after: float = 0.0) -> float | None:
    """The seconds after which it may join; None if it may not by the end."""
    newcomer = Newcomer(Ear(said), 0.0, PATIENCE)
    looks = (number * LOOK for number in range(len(said) - 1))
    return next((now for now in looks if newcomer.may_join(now, now >= wired_after)), None)


def test_it_joins_with_the_first_heartbeat():
    assert joins_after("--mh-") == pytest.approx(3 * LOOK)


def test_it_waits_for_as_long_as_there_is_a_master_that_does_not_know_it():
    assert joins_after("--m" * 100) is None


def test_it_joins_soon_where_there_is_no_master():
    assert joins_after("-" * 100) == pytest.approx(PATIENCE)
    assert joins_after("-m--" * 10 + "-" * 100) == pytest.approx(37 * LOOK + PATIENCE)


def test_it_does_not_count_the_silence_of_an_interface_that_is_not_wired_yet():
    assert joins_after("-" * 100, wired_after=2.0) == pytest.approx(2.0 + PATIENCE, abs=2 * LOOK)


def node(state_path: Path, joins: bool = True, machine=None) -> Node:
    made = Node(state_path, machine)
    place = replace(samples.router().ha, joins=joins)
    made.told(samples.node(routers=(samples.router(ha=place),)))
    return made


def test_it_has_all_but_a_keepalived_until_it_is_let_in(tmp_path: Path):
    async def story(node: Node) -> None:
        await node.until(lambda: node.stands("conntrackd"))
        ((_, place),) = standing_aside(node.loop)
        assert not node.stands("keepalived.pid")
        node.loop.knowledge.admit({place.port_id})
        await node.until(lambda: node.stands("keepalived.pid"))
        assert not list(standing_aside(node.loop))

    node(tmp_path).play(story)


def test_who_takes_part_already_is_no_newcomer_whatever_a_server_says_later(tmp_path: Path):
    async def build(node: Node) -> None:
        await node.until(lambda: node.stands("keepalived.pid"))
        place = replace(samples.router().ha, joins=True)
        node.told(samples.node(revision=8, routers=(samples.router(ha=place, floating_ips=()),)))
        await node.until(lambda: not node.stands("203.0.113.50"))
        assert node.stands("keepalived.pid")

    known = node(tmp_path, joins=False)
    known.play(build)

    async def again(node: Node) -> None:
        await node.until(lambda: bool(node.loop.telling.agent_states()))
        node.machine.lose(("link", "", "tapda3504ad-ba"))
        node.loop.look()
        await node.until(lambda: node.stands("name='tapda3504ad-ba'"))
        assert node.stands("keepalived.pid")

    node(tmp_path, joins=True, machine=known.machine).play(again)


def test_who_was_taken_away_and_comes_again_is_a_newcomer_again(tmp_path: Path):
    async def story(node: Node) -> None:
        await node.until(lambda: node.stands("keepalived.pid"))
        place = replace(samples.router().ha, joins=True, port_id="11111111-0000-4000-8000-000000000000")
        port = samples.port(place.port_id, samples.HA_NETWORK)
        whole = samples.node(revision=8, routers=(samples.router(ha=place),))
        node.told(replace(whole, ports=(*whole.ports, port)))
        await node.until(lambda: node.stands("ha-11111111-00"))
        await node.until(lambda: not node.stands("keepalived.pid"))

    node(tmp_path, joins=False).play(story)


def test_what_part_it_played_before_it_was_taken_away_is_over(tmp_path: Path):
    async def story(node: Node) -> None:
        await node.until(lambda: node.stands("keepalived.pid"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        assert node.loop.mastered()
        node.told(samples.node(revision=8, routers=()))
        node.told(samples.node(revision=9))
        assert not node.loop.mastered()

    node(tmp_path, joins=False).play(story)
