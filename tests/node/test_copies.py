"""What conntrackds are asked for, and when: by the part that their node plays."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hawser.machine.drivers.conntrackd import Command
from hawser.machine.items.process import process_key
from hawser.node.agent.copies import SETTLED
from hawser.wire.report import Mastership
from tests.node import samples
from tests.node.test_loop import NETNS, Node

OTHER = "0a3f2c11-878e-497c-8ef7-eb384f8add96"
MASTER = (Command.READ_KERNEL, Command.SEND_ALL)
STAND_BY = (Command.FORGET_OWN, Command.ASK_ALL)
NEVER = 3600.0


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def control(node, router_id=samples.ROUTER):
    return f"{node.state_path}/ha_confs/{router_id}/conntrackd.ctl"


def play(node, story, every=NEVER):
    async def kept(node):
        keeping = asyncio.create_task(node.loop.copies.keep(every))
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.machine.told.clear()
        await story(node)
        assert not keeping.done()
        keeping.cancel()

    node.play(kept)


def test_who_becomes_master_sends_what_it_took_over_and_who_stands_by_forgets_and_asks(node: Node):
    async def story(node: Node) -> None:
        for part, words in ((Mastership.ACTIVE, MASTER), (Mastership.STANDBY, STAND_BY)):
            began = time.monotonic()
            for _ in range(2):
                node.loop.mastership(samples.ROUTER, part)
            await node.until(lambda words=words: node.machine.told == [(control(node), words)])
            at_once = time.monotonic() - began < SETTLED
            assert at_once is (part is Mastership.STANDBY), "nobody carries a new master's packets any more"
            node.machine.told.clear()

    play(node, story)


def test_who_stands_by_again_after_it_was_cut_off_asks_again(node: Node):
    async def story(node: Node) -> None:
        for count in (1, 2):
            node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
            await node.until(lambda count=count: node.machine.told == [(control(node), STAND_BY)] * count)

    play(node, story)


def test_of_parts_that_follow_each_other_the_last_counts(node: Node):
    async def story(node: Node) -> None:
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await asyncio.sleep(1.5 * SETTLED)
        assert {words for _, words in node.machine.told} == {STAND_BY}

    play(node, story)


def test_a_conntrackd_that_does_not_listen_yet_is_asked_again(node: Node):
    async def story(node: Node) -> None:
        node.machine.deaf.add(control(node))
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await asyncio.sleep(0.3)
        node.machine.deaf.clear()
        await node.until(lambda: node.machine.told == [(control(node), STAND_BY)])

    play(node, story)


def test_a_conntrackd_that_was_started_anew_is_made_whole(node: Node):
    async def story(node: Node) -> None:
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await node.until(lambda: len(node.machine.told) == 1)
        node.machine.lose(process_key(NETNS, "conntrackd"))
        node.loop.look()
        await node.until(lambda: node.machine.told == [(control(node), STAND_BY)] * 2)

    play(node, story)


def test_only_masters_send_again_and_one_after_another(node: Node):
    def resent():
        return [where for where, words in node.machine.told if words == (Command.SEND_ALL,)]

    async def story(node: Node) -> None:
        ha = replace(samples.router().ha, vrid=2, port_id=OTHER)
        other = samples.router(id=OTHER, interfaces=(), gateway=None, floating_ips=(), ha=ha)
        node.told(replace(samples.node(), routers=(*samples.node().routers, other)))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        node.loop.mastership(OTHER, Mastership.STANDBY)
        await node.until(lambda: len(resent()) > 2)
        assert set(resent()) == {control(node)}
        node.loop.mastership(OTHER, Mastership.ACTIVE)
        await node.until(lambda: control(node, OTHER) in resent())
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await asyncio.sleep(0.3)
        told = len(resent())
        await node.until(lambda: len(resent()) > told + 1)
        assert set(resent()[told:]) == {control(node, OTHER)}

    play(node, story, every=0.1)
