"""The compute agent's line to the compute service: ask what to run, tell how it is."""

from __future__ import annotations

import httpx

from hawser.base.errors import Unavailable
from hawser.cloud.wire import HostState, Wish
from hawser.wire import codec

HOLD_SECONDS = 25.0


class Client:
    """Talks to the first of ``urls`` that answers, as ``host``."""

    def __init__(self, urls: tuple[str, ...], host: str, key: str) -> None:
        """``key`` is this node's own, from its configuration."""
        self._paths = [f"{url}/agent/v1/{host}" for url in urls]
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(5, read=HOLD_SECONDS))

    async def wish(self, after: int) -> Wish:
        """What to run, once it differs from revision ``after``. The service holds the request a while."""
        answer = await self._send("GET", f"/instances?after={after}")
        return codec.decode(answer.content, Wish)

    async def report(self, state: HostState) -> None:
        """How all instances of the host are."""
        await self._send("POST", "/report", codec.encode(state))

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def _send(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        wrong = "no compute_url is configured"
        for base in self._paths:
            try:
                answer = await self._http.request(method, base + path, content=content)
            except httpx.HTTPError as error:
                wrong = f"{base}: {error or type(error).__name__}"
                continue
            if answer.is_success:
                return answer
            wrong = f"{base} answered {answer.status_code}: {answer.text[:200]}"
        raise Unavailable(f"The compute service does not answer: {wrong}")
