"""Whose external gateways are asked, and when none are."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hawser.node.agent import healthcheck
from hawser.node.planners.facts import Contact
from tests.node import samples
from tests.node.test_loop import Node


def test_a_master_that_may_be_cut_off_says_nothing_outside(tmp_path: Path, monkeypatch):
    node = Node(tmp_path)
    asked = []

    def answering(_namespaces, targets, _patience):
        asked.append({target.netns for target in targets})
        return set(targets)

    async def rounds(node: Node) -> list[set[str]]:
        asked.clear()
        await node.until(lambda: len(asked) > 2)
        return asked[1:]

    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        checking = asyncio.create_task(healthcheck.check_health(node.loop, 0.1))
        await node.until(lambda: {f"qrouter-{samples.ROUTER}"} in asked)
        for doubt in (Contact.DOUBTFUL, Contact.LOST):
            node.loop.knowledge.hears(doubt)
            assert not any(await rounds(node))
        node.loop.knowledge.hears(Contact.SOUND)
        assert all(await rounds(node))
        checking.cancel()

    monkeypatch.setattr(healthcheck, "answering", answering)
    monkeypatch.setattr(node.loop, "mastered", lambda longer_than=0.0: frozenset({samples.ROUTER}))
    node.play(story)
