"""Receives instances that ask for metadata, in the namespaces of their routers and DHCP servers: HTTP/1.1 (RFC 9112),
one request a connection.

Any instance may ask, and each may mean harm: a request is small and comes soon, and nobody has many at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

import h11

from hawser.base.errors import MachineError
from hawser.machine.drivers.listening import listen
from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent.proxy import Answer, Asked, refusal
from hawser.node.planners.metadata import Door

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds in which a request has to have come, and an answer has to be taken."""
AT_A_DOOR, OF_ONE = 64, 16
"""Connections at a time; of one address there. More are hung up on."""
LARGEST_HEAD, LARGEST_BODY = 16 * 1024, 64 * 1024

Answers = Callable[[Door, str, Asked], Awaitable[Answer]]


class TooLarge(Exception):
    """A request's body is larger than anybody's."""


class Desk:
    """One door that is open: its socket, and those who are served there. ``identity`` is its namespace's."""

    def __init__(self, door: Door, identity: int, answers: Answers) -> None:
        self.door = door
        self.identity = identity
        self._answers = answers
        self._server: asyncio.Server | None = None
        self._served: dict[asyncio.Task[None], str] = {}

    async def open(self, namespaces: Namespaces) -> None:
        """Listen. Raises MachineError."""
        door = self.door
        listening = listen(namespaces, door.netns, door.address, door.port)
        self._server = await asyncio.start_server(self._receive, sock=listening)

    def close(self) -> None:
        """Let go of the namespace: hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in list(self._served):
            task.cancel()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source, task = writer.get_extra_info("peername")[0], asyncio.current_task()
        assert task is not None
        if len(self._served) >= AT_A_DOOR or Counter(self._served.values())[source] >= OF_ONE:
            writer.transport.abort()
            return
        self._served[task] = source
        try:
            await self._serve(reader, writer, source)
        except (OSError, TimeoutError, EOFError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            del self._served[task]
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: str) -> None:
        http = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        try:
            async with asyncio.timeout(PATIENCE):
                asked = await _request(http, reader)
        except h11.RemoteProtocolError as error:
            answer = refusal(error.error_status_hint, "This is no request.")
        except TooLarge:
            answer = refusal(413, f"The request is larger than {LARGEST_BODY} bytes.")
        else:
            answer = await self._answers(self.door, source, asked)
            if asked.method == "HEAD":
                answer = replace(answer, body=b"")
        async with asyncio.timeout(PATIENCE):
            writer.write(_told(http, answer))
            await writer.drain()


class Reception:
    """The doors of a node. All of it in one event loop."""

    def __init__(self, namespaces: Namespaces, answers: Answers) -> None:
        self._namespaces = namespaces
        self._answers = answers
        self._desks: dict[Door, Desk] = {}
        self._troubles: dict[Door, str] = {}

    async def settle(self, doors: Collection[Door]) -> None:
        """Have these doors open, each as soon as its namespace is there, and no others; nor those of a namespace that
        is gone, or that another one has the name of now."""
        there = {door: self._namespaces.identity(door.netns) for door in doors}
        for door, desk in list(self._desks.items()):
            if there.get(door) != desk.identity:
                self._desks.pop(door).close()
        for door, identity in there.items():
            if identity and door not in self._desks:
                await self._open(door, identity)
        self._troubles = {door: told for door, told in self._troubles.items() if door in there}

    def close(self) -> None:
        """Close all."""
        for desk in self._desks.values():
            desk.close()

    async def _open(self, door: Door, identity: int) -> None:
        desk = Desk(door, identity, self._answers)
        try:
            await desk.open(self._namespaces)
        except MachineError as error:
            if self._troubles.get(door) != error.message:
                log.warning("instances get no metadata there: %s", error.message)
            self._troubles[door] = error.message
            return
        self._desks[door] = desk


async def _request(http: h11.Connection, reader: asyncio.StreamReader) -> Asked:
    """The one request. EOFError where its sender hangs up; h11.RemoteProtocolError, TooLarge."""
    head, body = None, b""
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            if http.they_are_waiting_for_100_continue:
                raise TooLarge  # nobody asks whether what is small may be sent
            http.receive_data(await reader.read(LARGEST_HEAD))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                raise TooLarge
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            return Asked(head.method.decode(), head.target, headers, body)
        else:
            raise EOFError


def _told(http: h11.Connection, answer: Answer) -> bytes:
    """The answer as bytes; the connection ends with it."""
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Connection", "close"),
    ]
    said = [h11.Response(status_code=answer.status, headers=headers), h11.EndOfMessage()]
    if answer.body:
        said.insert(1, h11.Data(data=answer.body))
    return b"".join(http.send(event) or b"" for event in said)
