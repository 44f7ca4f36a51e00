"""A node's process: any set of roles in one asyncio loop, woken by the feed, the kernel and keepalived."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from hawser.base.config import NodeSettings
from hawser.base.errors import BadInput
from hawser.machine.drivers.events import LinkEvents
from hawser.machine.drivers.machine import Machine
from hawser.machine.drivers.voice import Voice
from hawser.node.agent import watch
from hawser.node.agent.alone import alone
from hawser.node.agent.claims import Succession, contest
from hawser.node.agent.guard import guard, guard_copies
from hawser.node.agent.healthcheck import check_health
from hawser.node.agent.heartbeat import FIRST_WORD, Heartbeat
from hawser.node.agent.joining import join
from hawser.node.agent.loop import Loop
from hawser.node.agent.metadata import serve_metadata
from hawser.node.agent.moving import end_moves
from hawser.node.agent.notify import Fifo
from hawser.node.agent.roles import ROLES, Role

log = logging.getLogger(__name__)

HANDOVER = 0.0001
"""Seconds after which a thread that works out a turn gives way to the event loop, which asks for the interpreter again
after each of its system calls. At Python's own 5 ms, a hundred of those took half a second."""


def roles_named(wanted: Sequence[str]) -> list[Role]:
    """The roles in the order of planning. An unknown name is a `BadInput` that lists the known ones."""
    if unknown := set(wanted) - set(ROLES):
        raise BadInput(
            "roles", f"{', '.join(sorted(unknown))} is not a role", f"Known are: {', '.join(ROLES)}."
        )
    return [role for name, role in ROLES.items() if name in wanted]


def run(settings: NodeSettings, roles: Sequence[Role]) -> None:
    """Run until SIGTERM or SIGINT. What was built stays: daemons and interfaces outlive the agent. MachineError
    when another process of this node runs one of the roles."""
    with alone(settings.state_path, (role.name for role in roles)):
        asyncio.run(_run(settings, roles))


async def _run(settings: NodeSettings, roles: Sequence[Role]) -> None:
    _go_first()
    machine = Machine(_directories(settings, roles))
    loop = Loop(settings, roles, machine)
    running = asyncio.get_running_loop()
    links = LinkEvents()
    running.add_reader(links.fileno(), _on_link_news, links, loop)
    running.add_reader(loop.daemons.events.fileno(), _on_process_news, loop)
    if any(role.name == "l3" for role in roles):
        fifo = Fifo(settings.ha_confs_path / "notify.fifo")
        running.add_reader(fifo.fileno(), _on_keepalived_news, fifo, loop)
    log.info("node %s runs %s", settings.host, ", ".join(role.agent_type for role in roles))
    jobs = [loop.telling.reporter.run(), _follow(settings, loop)]
    if any(role.name == "l3" for role in roles):
        jobs += _routing(settings, loop)
    jobs.append(loop.run())
    if any(role.name == "metadata" for role in roles):
        jobs.append(serve_metadata(loop))
    tasks = [running.create_task(job) for job in jobs]
    for name in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(name, _stop, tasks)
    try:
        await asyncio.gather(*tasks)
    except asyncio.CancelledError:
        log.info("stopped; what was built stays")
    finally:
        machine.close()


def _routing(settings: NodeSettings, loop: Loop) -> Iterator[Coroutine[Any, Any, None]]:
    """What is done beside the loop where there are routers."""
    heartbeat = Heartbeat(lambda: loop.intent, loop.knowledge.hears, Succession(loop, Voice()))
    yield guard(loop)
    yield join(loop)
    yield end_moves(loop)
    yield contest(loop, Voice(), heartbeat.silent)
    if settings.ha_conntrackd_enabled:
        yield guard_copies(loop)
        yield loop.copies.keep()
    if settings.ha_vrrp_health_check_interval:
        yield check_health(loop, settings.ha_vrrp_health_check_interval)
    if settings.local_ip is not None:
        yield heartbeat.run(settings.local_ip)
        yield loop.act_after(FIRST_WORD)


def _go_first() -> None:
    """Have the event loop, which hears of other nodes and leans on elections, wait for nobody.

    A hundred daemons that wake up together would keep it from hearing the others, and it would not know who is cut
    off. What it starts, threads and daemons, is as all others.
    """
    sys.setswitchinterval(HANDOVER)
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except OSError as error:
        log.warning("it runs without precedence on a busy machine: %s", error.strerror)


async def _follow(settings: NodeSettings, loop: Loop) -> None:
    async for intent, change in watch.intents(settings, loop.intent):
        loop.take(intent, change)


def _on_link_news(links: LinkEvents, loop: Loop) -> None:
    if links.drain():
        loop.wake()


def _on_process_news(loop: Loop) -> None:
    if loop.daemons.events.drain():
        loop.daemons.ended()


def _on_keepalived_news(fifo: Fifo, loop: Loop) -> None:
    for router_id, part in fifo.read():
        loop.mastership(router_id, part)


def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _directories(settings: NodeSettings, roles: Sequence[Role]) -> tuple[PurePosixPath, ...]:
    return tuple(PurePosixPath(directory) for role in roles for directory in role.directories(settings))
