"""The signs of life of a lab's nodes, without the nodes: the server has agents to choose from."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from conformance.site import NODES, Site
from hawser.base import config
from hawser.base.config import NodeSettings
from hawser.base.keys import node_key
from hawser.lab.topology import NodeSpec
from hawser.node.agent import status
from hawser.node.agent.roles import ROLES
from hawser.node.planners.facts import Facts
from hawser.wire import codec, version
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Report

log = logging.getLogger(__name__)

INTERVAL = 4.0
"""Seconds between two signs of life: what a node's own configuration says by default."""


@contextmanager
def alive(site: Site) -> Iterator[None]:
    """All agents of the lab's topology live until the block ends."""
    reports = {node.name: _report(site, node) for node in NODES}
    with httpx.Client(base_url=site.network_url, timeout=30.0, trust_env=False) as client:
        _send(client, site, reports)
        done = threading.Event()
        thread = threading.Thread(target=_go_on, args=(client, site, reports, done))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _go_on(client: httpx.Client, site: Site, reports: dict[str, Report], done: threading.Event) -> None:
    while not done.wait(INTERVAL):
        try:
            _send(client, site, reports)
        except httpx.HTTPError as error:
            log.warning("the agents' signs of life were not taken: %r", error)


def _send(client: httpx.Client, site: Site, reports: dict[str, Report]) -> None:
    for host, report in reports.items():
        headers = {
            "Authorization": f"Bearer {node_key(site.secrets.feed, host)}",
            version.HEADER: str(version.VERSION),
        }
        path = f"/feed/v1/hosts/{host}/reports"
        client.post(path, content=codec.encode(report), headers=headers).raise_for_status()


def _report(site: Site, node: NodeSpec) -> Report:
    """What the node's agents would say that have nothing to do yet."""
    facts = _idle(config.node_settings(config.read(site.node_files(node), node=True)))
    nothing, now = NodeIntent(node.name, 0), time.time()
    return Report(agents=tuple(status.agent_state(ROLES[role], facts, nothing, now) for role in node.agents))


def _idle(settings: NodeSettings) -> Facts:
    return Facts(settings, frozenset(), frozenset(), frozenset(), None, {})
