"""The one way back: signs of life, and news of ports and routers, to whichever server answers.

News waits until a server has taken it; nothing that a node saw is lost while all servers are down.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

import httpx

from hawser.base.config import NodeSettings
from hawser.node.agent import clients
from hawser.node.agent.watch import TIMEOUT
from hawser.wire import codec
from hawser.wire.report import AgentState, PortStatus, Report, RouterStatus

log = logging.getLogger(__name__)

GATHER = 0.02
"""Seconds that news waits for more of it before it is sent."""


class Reporter:
    """``agents`` gives the agents' present state, for every sign of life."""

    def __init__(self, settings: NodeSettings, agents: Callable[[], Iterable[AgentState]]) -> None:
        self._settings = settings
        self._agents = agents
        self._ports: dict[str, PortStatus] = {}
        self._routers: dict[str, RouterStatus] = {}
        self._told: dict[str, PortStatus | RouterStatus] = {}
        self._news = asyncio.Event()

    def tell(self, ports: Iterable[PortStatus], routers: Iterable[RouterStatus]) -> None:
        """The present state of everything; what differs from what a server was told is news."""
        present_ports = {port.port_id: port for port in ports}
        present_routers = {router.router_id: router for router in routers}
        self._ports = {key: port for key, port in present_ports.items() if self._told.get(key) != port}
        self._routers = {
            key: router for key, router in present_routers.items() if self._told.get(key) != router
        }
        self._told = {
            key: told for key, told in self._told.items() if key in present_ports or key in present_routers
        }
        if self._ports or self._routers:
            self._news.set()

    async def run(self) -> None:
        """Report without end."""
        async with clients.of_node(self._settings, TIMEOUT) as http:
            while True:
                await self._report_somewhere(http)
                await self._wait()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), self._settings.report_interval)
            await asyncio.sleep(GATHER)
        except TimeoutError:
            pass

    async def _report_somewhere(self, http: httpx.AsyncClient) -> None:
        self._news.clear()
        report = Report(tuple(self._agents()), tuple(self._ports.values()), tuple(self._routers.values()))
        for url in self._settings.server_urls:
            try:
                await self._post(http, f"{url}/feed/v1/hosts/{self._settings.host}/reports", report)
            except httpx.HTTPError as error:
                log.warning("report to %s failed: %r", url, error)
                continue
            self._forget(report)
            return

    @staticmethod
    async def _post(http: httpx.AsyncClient, url: str, report: Report) -> None:
        response = await http.post(url, content=codec.encode(report))
        response.raise_for_status()

    def _forget(self, report: Report) -> None:
        for port in report.ports:
            self._told[port.port_id] = port
            if self._ports.get(port.port_id) == port:
                del self._ports[port.port_id]
        for router in report.routers:
            self._told[router.router_id] = router
            if self._routers.get(router.router_id) == router:
                del self._routers[router.router_id]
