"""That a master's connections are sent again, and nobody else's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from hawser.node.agent.copies import refresh_copies
from hawser.wire.report import Mastership
from tests.node import samples
from tests.node.test_loop import Node

OTHER = "0a3f2c11-878e-497c-8ef7-eb384f8add96"


def test_only_masters_send_again_and_one_after_another(tmp_path: Path):
    node = Node(tmp_path)

    async def story(node: Node) -> None:
        refreshing = asyncio.create_task(refresh_copies(node.loop, every=0.1))
        ha = replace(samples.router().ha, vrid=2, port_id=OTHER)
        other = samples.router(id=OTHER, interfaces=(), gateway=None, floating_ips=(), ha=ha)
        node.told(replace(samples.node(), routers=(*samples.node().routers, other)))
        await node.until(lambda: node.stands("keepalived"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        node.loop.mastership(OTHER, Mastership.STANDBY)
        await node.until(lambda: len(node.machine.resent) > 2)
        assert set(node.machine.resent) == {f"{tmp_path}/ha_confs/{samples.ROUTER}/conntrackd.ctl"}
        node.loop.mastership(OTHER, Mastership.ACTIVE)
        await node.until(lambda: any(OTHER in each for each in node.machine.resent))
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await asyncio.sleep(0.3)
        told = len(node.machine.resent)
        await node.until(lambda: len(node.machine.resent) > told + 1)
        assert all(OTHER in each for each in node.machine.resent[told:])
        refreshing.cancel()

    node.play(story)
