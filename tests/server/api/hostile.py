"""What no honest client sends, and a caller who sends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from hawser.server.store.session import Store

NOBODY = "11111111-2222-4333-8444-555555555555"
"""An id that nothing has."""
_TEXTS = (
    "",
    "x",
    " ",
    "\n",
    "x" * 300,
    "x" * 70_000,
    "\u202e\U0001f600\u0663",
    "' OR 1=1 --",
    "%_\\",
    "a\0b",
    "\ud800",
    "-1",
    "1e5",
    "true",
    "*",
    "../..",
    "{}",
    "None",
    NOBODY,
    NOBODY.replace("-", ""),
    "10.0.0.1",
    "10.0.0.0/8",
    "10.0.0.1/33",
    "1.2.3.4/255.255.0.0",
    "0.0.0.0/0",
    "::1",
    "::/0",
    "fe80::1%eth0",
    "fa:16:3e:00:00:01",
    "ff-ff-ff-ff-ff-ff",
    "00:00:00:00:00:00",
)
_NUMBERS = (0, 1, -1, 7, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1.5, 1e308)
_OBJECTS: tuple[Mapping[str, Any], ...] = (
    {},
    {"": None},
    {"x": {"y": [1]}},
    {"id": {}},
    {"network_id": None},
    {"network_id": []},
    {"network_id": NOBODY, "external_fixed_ips": 7},
    {"network_id": NOBODY, "external_fixed_ips": [7]},
    {"network_id": NOBODY, "external_fixed_ips": [{"ip_address": []}]},
    {"network_id": NOBODY, "enable_snat": {}},
    {"ip_address": None},
    {"ip_address": 7},
    {"ip_address": {}, "mac_address": []},
    {"ip_address": "10.0.0.1", "mac_address": 7},
    {"subnet_id": None},
    {"subnet_id": 7},
    {"start": None, "end": 1},
    {"start": "10.0.0.9", "end": "::1"},
    {"destination": ["10.0.0.0/8"], "nexthop": {}},
    {"destination": "10.0.0.0/8", "nexthop": "::1"},
    {"destination": "::/0", "nexthop": None},
    {"port_id": []},
    {"port_id": NOBODY, "segmentation_id": 10**400, "segmentation_type": {}},
    {"opt_name": None, "opt_value": []},
    {"opt_name": 7, "opt_value": "x", "ip_version": "x"},
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    *_NUMBERS,
    *_TEXTS,
    *_OBJECTS,
    *([each] for each in _OBJECTS),
    [],
    [None],
    [0],
    [[]],
    [["x"]],
    ["x", "x"],
    ["10.0.0.1", "10.0.0.1"],
    ["x"] * 100_000,
)
"""Values of every type; whatever an attribute is, most of them are none of its."""


class Attacker:
    """An administrator who sends what it likes; what is refused must have changed nothing."""

    def __init__(self, app: Any, store: Store) -> None:
        self._store = store
        self._seen = self._revision()
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://controller:9696")

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer, which is no failure of the server's; a refusal is explained, and changed nothing."""
        answer = self._loop.run_until_complete(self._client.request(method, path, **more))
        before, self._seen = self._seen, self._revision()
        assert answer.status_code < 500, f"{method} {path} {str(more)[:500]}: {answer.text}"
        if answer.status_code >= 400:
            assert set(answer.json()["NeutronError"]) == {"type", "message", "detail"}
            assert len(answer.content) < 100_000
            assert self._seen == before, f"{method} {path} {str(more)[:500]}: refused, but done"
        return answer

    def json(self, method: str, path: str, body: Any) -> httpx.Response:
        """The same with any value as JSON, lone surrogates too."""
        return self.send(method, f"/v2.0/{path}", content=json.dumps(body))

    def make(self, noun: str, path: str, **attributes: Any) -> dict[str, Any]:
        """A new thing, as the answer shows it."""
        answer = self.json("POST", path, {noun: attributes})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()[noun]
        return made

    def _revision(self) -> int:
        with self._store.read() as tx:
            return tx.base_revision
