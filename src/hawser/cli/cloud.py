"""``hawser cloud``: the lab's compute and image services, the compute agent, and a way into instances.

Each command imports its own room, so that the others start quickly.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

import click

from hawser.base.errors import BadInput
from hawser.cloud import settings as cloud_settings
from hawser.cloud.settings import DEFAULT_FILES, CloudSettings

config_option = click.option(
    "--config",
    "--config-file",
    "files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A configuration file; repeatable. Default: neutron.conf and cloud.ini in /etc/neutron.",
)


@click.group()
def cloud() -> None:
    """Networking's neighbours in the lab: compute and image."""


@cloud.command()
@config_option
@click.option("--listen-fd", "handed", multiple=True, metavar="SERVICE=FD", help="A listening socket.")
def run(files: tuple[Path, ...], handed: tuple[str, ...]) -> None:
    """Serve the Compute API (port 8774), the Image API (9292), and instances' metadata (8775)."""
    from hawser.cloud import app

    settings = _settings(files)
    asyncio.run(app.serve(settings, _sockets(handed, app.SERVICES)))


@cloud.command()
@config_option
def compute(files: tuple[Path, ...]) -> None:
    """Run this host's instances, as the compute service says."""
    os.umask(0o022)
    asyncio.run(_agent(_settings(files)))


@cloud.command(context_settings={"ignore_unknown_options": True})
@config_option
@click.argument("server")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def exec(files: tuple[Path, ...], server: str, command: tuple[str, ...]) -> None:
    """Run COMMAND inside the instance SERVER (id or name) of this node."""
    from hawser.cloud.agent.containers import enter_argv
    from hawser.cloud.agent.record import find

    folder = cloud_settings.read(files or DEFAULT_FILES).instances_path
    argv = [*enter_argv(find(folder, server).pid), *command]
    os.execvp(argv[0], argv)


async def _agent(settings: CloudSettings) -> None:
    from hawser.cloud.agent.agent import ComputeAgent
    from hawser.cloud.agent.client import Client
    from hawser.cloud.agent.containers import Containers

    client = Client(settings.compute_urls, settings.host, settings.node_key)
    agent = ComputeAgent(client, Containers(settings.instances_path, settings.vif_plugging_timeout))
    task = asyncio.ensure_future(agent.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        logging.getLogger(__name__).info("stopped; instances go on")
    finally:
        await client.close()


def _settings(files: tuple[Path, ...]) -> CloudSettings:
    settings = cloud_settings.read(files or DEFAULT_FILES)
    logging.basicConfig(
        level=logging.DEBUG if settings.debug else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return settings


def _sockets(handed: tuple[str, ...], services: tuple[str, ...]) -> dict[str, list[int]]:
    """``compute=7`` as {"compute": [7]}."""
    found: dict[str, list[int]] = {}
    for text in handed:
        service, _, number = text.partition("=")
        if service not in services or not number.isdigit():
            raise BadInput("listen-fd", f"'{text}' is not SERVICE=FD", f"SERVICE is {' or '.join(services)}.")
        found.setdefault(service, []).append(int(number))
    return found
