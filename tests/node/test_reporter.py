"""What is reported to which server, with real servers on loopback of which one may not answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import httpx

from hawser.node.agent import reporter as reporting
from hawser.node.agent.reporter import Reporter
from hawser.wire import codec
from hawser.wire.report import Mastership, Report, RouterStatus
from tests.node import samples

STANDBY = RouterStatus("r", Mastership.STANDBY, 1.0)
ACTIVE = RouterStatus("r", Mastership.ACTIVE, 2.0)
SOON = 0.5
Seen = list[tuple[RouterStatus, ...]]


@asynccontextmanager
async def server(seen: Seen, refuses: int = 0) -> AsyncIterator[str]:
    """It keeps what routers are said to be; the first so many reports are refused."""
    left = refuses

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        while not reader.at_eof():
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length"))
            report = codec.decode(await reader.readexactly(int(length.split()[1])), Report)
            words = b"503 No" if left else b"200 Yes"
            if not left and report.routers:
                seen.append(report.routers)
            left = max(0, left - 1)
            writer.write(b"HTTP/1.1 " + words + b"\r\ncontent-length: 0\r\n\r\n")

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()


def play(urls: Sequence[str], story: Callable[[Reporter], Awaitable[None]]) -> Awaitable[None]:
    async def run() -> None:
        settings = samples.settings(server_urls=tuple(urls), node_key="k", report_interval=60.0)
        reporter = Reporter(settings, lambda: [])
        task = asyncio.create_task(reporter.run())
        try:
            await story(reporter)
            assert not task.done(), task.exception()
        finally:
            task.cancel()

    return run()


async def until(seen: Seen, count: int, seconds: float = SOON) -> None:
    for _ in range(int(seconds / 0.01)):
        if len(seen) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"only {seen}")


def test_after_one_that_does_not_answer_the_one_that_did_is_asked_first(monkeypatch):
    monkeypatch.setattr(reporting, "TIMEOUT", httpx.Timeout(2 * SOON))
    seen: Seen = []

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            async with server(seen) as good:

                async def story(reporter: Reporter) -> None:
                    reporter.tell_routers([STANDBY])
                    await until(seen, 1, 6 * SOON)
                    reporter.tell_routers([ACTIVE])
                    await until(seen, 2)

                await play([f"http://127.0.0.1:{deaf.getsockname()[1]}", good], story)

    asyncio.run(main())
    assert seen == [(STANDBY,), (ACTIVE,)]


def test_news_that_no_server_took_is_told_again_soon():
    seen: Seen = []

    async def main() -> None:
        async with server(seen, refuses=2) as url:

            async def story(reporter: Reporter) -> None:
                reporter.tell_routers([ACTIVE])
                await until(seen, 1, 2 * reporting.RETRY + SOON)

            await play([url], story)

    asyncio.run(main())
    assert seen == [(ACTIVE,)]


def test_what_servers_may_have_forgotten_is_told_again():
    seen: Seen = []

    async def main() -> None:
        async with server(seen) as url:

            async def story(reporter: Reporter) -> None:
                reporter.tell_routers([ACTIVE])
                await until(seen, 1)
                reporter.tell_routers([ACTIVE])
                await asyncio.sleep(0.1)
                assert len(seen) == 1
                reporter.forget()
                await until(seen, 2)

            await play([url], story)

    asyncio.run(main())
    assert seen == [(ACTIVE,), (ACTIVE,)]
