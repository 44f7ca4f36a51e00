"""Brings an instance's request for metadata to the compute service, and says there who asks.

The servers know whose an address is (`wire.instance`), the compute service believes what is signed with the shared
secret. Of what the instance itself says little goes on: no header by which it could be taken for another one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from hawser.base.config import NodeSettings
from hawser.base.errors import BadInput, Unavailable
from hawser.base.keys import instance_signature
from hawser.node.agent import clients
from hawser.node.agent.watch import TIMEOUT
from hawser.node.planners.metadata import Door
from hawser.wire import codec
from hawser.wire.instance import Instance

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds in which the compute service has to answer, and a server."""
AT_ONCE = 32
"""Requests that are brought to it at a time; more wait."""
LARGEST_ANSWER = 1024 * 1024
_PASSED_ON = ("accept", "content-type", "user-agent")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its target is a path with its query; headers by their names in small letters."""

    method: str
    target: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the instance is answered."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


def refusal(status: int, text: str) -> Answer:
    """An answer of our own."""
    return Answer(status, f"{text}\n".encode())


class Proxy:
    """Lives in one event loop; `close` when it ends."""

    def __init__(self, settings: NodeSettings) -> None:
        self._settings = settings
        host = settings.nova_metadata_host
        authority = f"[{host}]" if ":" in host else host
        self._url = httpx.URL(
            f"{settings.nova_metadata_protocol}://{authority}:{settings.nova_metadata_port}/"
        )
        self._servers = clients.of_node(settings, TIMEOUT)
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE // 4)
        self._compute = clients.client(timeout=PATIENCE, limits=limits)
        self._trouble = ""

    async def close(self) -> None:
        """Hang up."""
        await self._servers.aclose()
        await self._compute.aclose()

    async def answer(self, door: Door, source: str, asked: Asked) -> Answer:
        """What to answer who asks at a door, from this address. Always an answer."""
        if not asked.target.startswith(b"/"):
            return refusal(400, "The target of the request is no path.")
        try:
            async with asyncio.timeout(PATIENCE):
                instance = await self._instance(door, source)
        except (httpx.HTTPError, BadInput, Unavailable, TimeoutError) as error:
            self._warn(f"no server says who asks for metadata: {error!r}")
            return refusal(503, "The networking service does not answer; try again.")
        if instance is None:
            return refusal(404, "No instance has the address that this request comes from.")
        return await self._metadata(instance, source, asked)

    async def _instance(self, door: Door, source: str) -> Instance | None:
        """As the first server says that answers. None: there is no such instance."""
        path = f"/feed/v1/hosts/{self._settings.host}/instance"
        wrong = Unavailable("no server_url is configured")
        for url in self._settings.server_urls:
            try:
                found = await self._servers.get(url + path, params={door.noun: door.id, "address": source})
            except httpx.HTTPError as error:
                wrong = Unavailable(f"{url}: {error!r}")
                continue
            if found.status_code == 404:
                return None
            if found.is_success:
                return codec.decode(found.content, Instance)
            wrong = Unavailable(f"{url} answered {found.status_code}")
        raise wrong

    async def _metadata(self, instance: Instance, source: str, asked: Asked) -> Answer:
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._ask(instance, source, asked)
        except (httpx.TimeoutException, httpx.NetworkError, TimeoutError) as error:
            self._warn(f"the compute service at {self._url} does not answer for metadata: {error!r}")
            return refusal(503, "The compute service does not answer; try again.")
        except (httpx.HTTPError, ValueError) as error:
            self._warn(f"the compute service at {self._url} answers amiss for metadata: {error!r}")
            return refusal(502, "The compute service answered what cannot be passed on.")
        if found.status == 403:
            self._warn("the compute service refuses: is metadata_proxy_shared_secret the same there?")
        else:
            self._trouble = ""
        return found

    async def _ask(self, instance: Instance, source: str, asked: Asked) -> Answer:
        request = self._compute.build_request(
            asked.method,
            self._url.copy_with(raw_path=asked.target),
            headers=self._headers(instance, source, asked),
            content=asked.body or None,
        )
        response = await self._compute.send(request, stream=True)
        try:
            body = b""
            async for part in response.aiter_raw():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise ValueError(f"more than {LARGEST_ANSWER} bytes")
        finally:
            await response.aclose()
        return Answer(response.status_code, body, response.headers.get("content-type", "text/plain"))

    def _headers(self, instance: Instance, source: str, asked: Asked) -> dict[str, str]:
        secret = self._settings.metadata_proxy_shared_secret
        return {
            **{name: asked.headers[name] for name in _PASSED_ON if name in asked.headers},
            "Accept-Encoding": "identity",
            "X-Forwarded-For": source,
            "X-Instance-ID": instance.id,
            "X-Tenant-ID": instance.project_id,
            "X-Instance-ID-Signature": instance_signature(secret, instance.id),
        }

    def _warn(self, trouble: str) -> None:
        """Once, until there is another, or none."""
        if trouble != self._trouble:
            log.warning("%s", trouble)
            self._trouble = trouble
