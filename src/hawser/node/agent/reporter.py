"""The one way back: signs of life, and news of ports and routers, to whichever server answers.

News waits until a server has taken it; nothing that a node saw is lost while all servers are down.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

import httpx

from hawser.base.config import NodeSettings
from hawser.node.agent import clients
from hawser.wire import codec
from hawser.wire.report import AgentState, PortStatus, Report, RouterStatus

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(5.0, connect=1.0)
"""Of a server; one without power does not even refuse."""
RETRY = 0.5
"""Seconds before news that no server took is told again."""
GATHER = 0.02
"""Seconds that news waits for more of it before it is sent."""


Status = TypeVar("Status", PortStatus, RouterStatus)


class Ledger(Generic[Status]):
    """What is so and what servers were told, by id; ``news`` is what differs."""

    def __init__(self) -> None:
        self._present: Mapping[str, Status] = {}
        self._told: dict[str, Status] = {}
        self.news: Mapping[str, Status] = {}

    def tell(self, present: Mapping[str, Status]) -> None:
        """All that is so now."""
        self._present = present
        self._told = {key: told for key, told in self._told.items() if key in present}
        self._compare()

    def taken(self, said: Mapping[str, Status]) -> None:
        """A server knows these now."""
        self._told.update(said)
        self._compare()

    def forget(self) -> None:
        """Servers know nothing."""
        self._told.clear()
        self._compare()

    def _compare(self) -> None:
        self.news = {key: each for key, each in self._present.items() if self._told.get(key) != each}


class Reporter:
    """``agents`` gives the agents' present state, for every sign of life."""

    def __init__(self, settings: NodeSettings, agents: Callable[[], Iterable[AgentState]]) -> None:
        self._settings = settings
        self._agents = agents
        self._urls = deque(settings.server_urls)
        self._ports: Ledger[PortStatus] = Ledger()
        self._routers: Ledger[RouterStatus] = Ledger()
        self._news = asyncio.Event()

    def tell_ports(self, ports: Iterable[PortStatus]) -> None:
        """The present state of all ports; what differs from what a server was told is news."""
        self._ports.tell({port.port_id: port for port in ports})
        self._wake()

    def tell_routers(self, routers: Iterable[RouterStatus]) -> None:
        """The present parts of all routers; what differs from what a server was told is news."""
        self._routers.tell({router.router_id: router for router in routers})
        self._wake()

    def forget(self) -> None:
        """Servers may not know any more what they were told (their database is an older one): all of it is news."""
        self._ports.forget()
        self._routers.forget()
        self._wake()

    def _wake(self) -> None:
        if self._ports.news or self._routers.news:
            self._news.set()

    async def run(self) -> None:
        """Report without end."""
        async with clients.of_node(self._settings, TIMEOUT) as http:
            while True:
                taken = await self._report_somewhere(http)
                unheard = not taken and (self._ports.news or self._routers.news)
                await self._wait(RETRY if unheard else self._settings.report_interval)

    async def _wait(self, longest: float) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), longest)
            await asyncio.sleep(GATHER)
        except TimeoutError:
            pass

    async def _report_somewhere(self, http: httpx.AsyncClient) -> bool:
        """Whether a server took it. The one that took the last is asked first: another may not even refuse."""
        self._news.clear()
        ports, routers = tuple(self._ports.news.values()), tuple(self._routers.news.values())
        report = Report(tuple(self._agents()), ports, routers)
        for url in tuple(self._urls):
            told = replace(report, sent_at=time.time())
            try:
                await self._post(http, f"{url}/feed/v1/hosts/{self._settings.host}/reports", told)
            except httpx.HTTPError as error:
                log.warning("report to %s failed: %r", url, error)
                self._urls.rotate(-1)
                continue
            self._ports.taken({port.port_id: port for port in ports})
            self._routers.taken({router.router_id: router for router in routers})
            return True
        return False

    @staticmethod
    async def _post(http: httpx.AsyncClient, url: str, report: Report) -> None:
        response = await http.post(url, content=codec.encode(report))
        response.raise_for_status()
