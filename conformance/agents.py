"""A lab's nodes without machines: they give signs of life, and where wanted say that all is wired that they are told
to wire, by the very code that a node watches and reports with."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from anyio import create_task_group
from anyio.from_thread import start_blocking_portal

from conformance.site import NODES, TOPOLOGY, Site
from hawser.base import config
from hawser.base.config import NodeSettings
from hawser.base.keys import node_key
from hawser.cloud.agent.client import Client
from hawser.cloud.wire import HostState
from hawser.lab.agents import Census, expected
from hawser.lab.startup import await_agents
from hawser.lab.topology import NodeSpec, Role
from hawser.node.agent import status, watch
from hawser.node.agent.parts import Parts
from hawser.node.agent.reporter import Reporter
from hawser.node.agent.roles import ROLES
from hawser.node.planners.facts import Facts
from hawser.wire.intent import NodeIntent
from hawser.wire.report import AgentState, Mastership, PortStatus


@contextmanager
def alive(site: Site, wired: bool) -> Iterator[None]:
    """All agents of the lab's topology live until the block ends; ``wired`` ones report ports and routers too."""
    with start_blocking_portal() as portal:
        running = [portal.start_task_soon(_live, Node(site, node), wired) for node in NODES]
        try:
            census = Census(site.variables("admin"), site.ports["network"])
            await_agents(census, expected(TOPOLOGY), lambda: _ended(running))
            yield
        finally:
            for node in running:
                node.cancel()


@contextmanager
def computing(site: Site) -> Iterator[None]:
    """The compute nodes live until the block ends; instances that they are told to run do not come to be."""
    with start_blocking_portal() as portal:
        names = [node.name for node in NODES if Role.COMPUTE in node.roles]
        clients = [Client((site.compute_url,), name, node_key(site.secrets.feed, name)) for name in names]
        for client in clients:
            portal.call(client.report, HostState(0, ()))
        running = [portal.start_task_soon(_compute, client) for client in clients]
        try:
            yield
        finally:
            for node in running:
                node.cancel()


async def _compute(client: Client) -> None:
    revision = -1
    while True:
        revision = (await client.wish(revision)).revision
        await client.report(HostState(revision, ()))


def _ended(running: Iterable[Future[None]]) -> str | None:
    """What ended a node that should go on."""
    return next((repr(node.exception()) for node in running if node.done()), None)


async def _live(node: Node, wired: bool) -> None:
    async with create_task_group() as tasks:
        tasks.start_soon(node.reporter.run)
        if wired:
            tasks.start_soon(node.follow)


class Node:
    """One node; it has no interfaces, so everything stands as soon as it is wanted."""

    def __init__(self, site: Site, spec: NodeSpec) -> None:
        self._settings = config.node_settings(config.read(site.node_files(spec), node=True))
        self._roles = [ROLES[role] for role in spec.agents]
        self._intent = NodeIntent(spec.name, 0)
        self._started_at = time.time()
        self._parts = Parts()
        self.reporter = Reporter(self._settings, self._agents)

    async def follow(self) -> None:
        """Tell of all that the server wants, without end."""
        async for intent, _ in watch.intents(self._settings, None):
            self._intent = intent
            ports = [PortStatus(port.id, up=True) for port in intent.ports]
            for router in intent.routers:
                leads = router.ha is not None and router.ha.rank == 0
                self._parts.play(router.id, Mastership.ACTIVE if leads else Mastership.STANDBY)
            self.reporter.tell_ports(ports)
            self.reporter.tell_routers(self._parts.statuses(intent))

    def _agents(self) -> list[AgentState]:
        facts = _nothing(self._settings)
        return [status.agent_state(role, facts, self._intent, self._started_at) for role in self._roles]


def _nothing(settings: NodeSettings) -> Facts:
    """A machine without interfaces."""
    return Facts(settings, frozenset(), frozenset(), frozenset(), None, {})
