"""What a node tells the neighbours of its routers, and when: over a machine in memory."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from hawser.node.agent import announcing
from hawser.node.agent.announcing import AGAIN, LAST_WORDS, LATE, OUTLIVED, Announcer
from hawser.wire.intent import FloatingIp, NodeIntent
from hawser.wire.report import Mastership
from tests.node import samples
from tests.node.test_loop import NETNS, TAP, Node

ALONE = samples.node(routers=(samples.router(ha=None),))
GATEWAY, FLOATING, FURTHER, INSIDE = "203.0.113.21", "203.0.113.50", "203.0.113.51", "198.51.100.1"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def said(node: Node) -> list[str]:
    return [str(each.address) for each in node.machine.announced]


def with_another(intent: NodeIntent) -> NodeIntent:
    (router,) = intent.routers
    another = FloatingIp("f2", ip_address(FURTHER), ip_address("198.51.100.6"))
    return replace(intent, routers=(replace(router, floating_ips=(*router.floating_ips, another)),))


def test_all_addresses_of_a_router_that_is_here_alone_are_told_and_told_again(node: Node):
    async def story(node: Node) -> None:
        node.told(ALONE)
        await node.until(lambda: said(node).count(FLOATING) == 1)
        first = sorted(said(node))
        assert {GATEWAY, FLOATING, INSIDE} < set(first)
        assert len([each for each in first if each.startswith("fe80:")]) == 2
        await asyncio.sleep(AGAIN)
        await node.until(lambda: sorted(said(node)) == sorted(first * 2))

    node.play(story)


def test_a_further_address_is_told_and_the_others_are_not_again(node: Node):
    async def story(node: Node) -> None:
        node.told(ALONE)
        await node.until(lambda: FLOATING in said(node))
        node.machine.announced.clear()
        node.told(with_another(ALONE))
        await node.until(lambda: FURTHER in said(node))
        assert said(node) == [FURTHER]

    node.play(story)


def test_an_interface_that_comes_to_its_bridge_again_is_told_again(node: Node):
    async def story(node: Node) -> None:
        node.told(ALONE)
        await node.until(lambda: INSIDE in said(node))
        await asyncio.sleep(AGAIN + 0.2)
        node.machine.announced.clear()
        node.machine.lose(TAP)
        node.loop.wake()
        await node.until(lambda: node.stands("tapda3504ad-ba"))
        node.loop.wake()  # as the kernel's news of the link does
        await node.until(lambda: INSIDE in said(node))
        assert GATEWAY not in said(node)

    node.play(story)


def test_what_is_known_from_disk_alone_may_be_elsewhere_by_now(node: Node, tmp_path: Path):
    async def build(node: Node) -> None:
        node.told(ALONE)
        await node.until(lambda: FLOATING in said(node))

    node.play(build)

    async def again(node: Node) -> None:
        await node.until(lambda: node.stands(FLOATING))
        await asyncio.sleep(0.2)
        assert not said(node)
        node.told(ALONE)
        await node.until(lambda: FLOATING in said(node))

    Node(tmp_path).play(again)


def test_highly_available_routers_are_keepaliveds_to_announce(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await asyncio.sleep(0.2)
        assert not said(node)

    node.play(story)


def hears(node: Node, *parts: Mastership, left_over: bool = False, **settings: object) -> None:
    """keepalived says one after the other, and there is time for all that follows."""
    announcer = Announcer(replace(node.settings, **settings), node.machine)
    intent = samples.node()
    (router,) = intent.routers

    async def story() -> None:
        if left_over:
            announcer.hold(intent, {NETNS: frozenset({ip_address(f"169.254.0.{router.ha.vrid}")})})
        for part in parts:
            announcer.part(intent, router.id, part)
        await asyncio.sleep(2 * LAST_WORDS)

    asyncio.run(story())


ACTIVE, STANDBY = Mastership.ACTIVE, Mastership.STANDBY


@pytest.mark.parametrize(("seconds", "version"), [(0.09, 3), (2.0, 2)])
def test_who_gives_way_has_the_master_announce_itself_twice_by_lower_heartbeats(
    node: Node, seconds: float, version: int
):
    hears(node, STANDBY, ACTIVE, STANDBY, STANDBY, ha_vrrp_advert_int=seconds)
    ha = samples.router().ha
    first, second = node.machine.spoken
    assert first == second
    netns, heartbeat, peers = first
    assert (netns, peers) == (NETNS, ha.peers)
    assert (heartbeat.version, heartbeat.vrid, heartbeat.priority) == (version, ha.vrid, 1)
    assert heartbeat.interval == seconds


def test_who_did_not_carry_the_router_says_nothing(node: Node):
    hears(node, STANDBY, STANDBY)
    assert not node.machine.spoken


def test_who_is_master_again_says_nothing_against_itself(node: Node):
    hears(node, ACTIVE, STANDBY, ACTIVE)
    assert not node.machine.spoken


def test_addresses_that_a_dead_keepalived_left_while_no_agent_ran_count_too(node: Node):
    hears(node, STANDBY, left_over=True)
    assert node.machine.spoken


def test_nothing_is_said_where_only_a_password_would_be_heard(node: Node):
    hears(node, ACTIVE, STANDBY, ha_vrrp_advert_int=2.0, ha_vrrp_auth_password="secret")
    assert not node.machine.spoken


def test_a_new_master_says_where_it_is_once_more_when_who_was_cut_off_is_silent(
    node: Node, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(announcing, "LATE", 10.0)  # whatever else the processors do

    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await asyncio.sleep(OUTLIVED / 2)
        assert said(node) == []
        await node.until(lambda: said(node) == [INSIDE, GATEWAY])

    node.play(story)


def test_one_that_gave_way_meanwhile_or_stood_still_says_nothing(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await asyncio.sleep(OUTLIVED + 0.1)
        assert said(node) == []
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await asyncio.sleep(OUTLIVED / 2)
        time.sleep(OUTLIVED + LATE)
        await asyncio.sleep(0.1)
        assert said(node) == []

    node.play(story)
