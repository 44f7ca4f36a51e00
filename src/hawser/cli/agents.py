"""The agents' console scripts, by the names that operators know, and `hawser node run`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hawser.base import config
from hawser.base.errors import BadInput, HawserError
from hawser.base.keys import node_key
from hawser.cli.draining import drain, undrain

_FILES = {
    "linuxbridge": ("plugins/ml2/ml2_conf.ini", "plugins/ml2/linuxbridge_agent.ini"),
    # The bridge agent's file tells the L3 agent which interface leads to its routers' peers.
    "l3": ("plugins/ml2/ml2_conf.ini", "plugins/ml2/linuxbridge_agent.ini", "l3_agent.ini"),
    "dhcp": ("dhcp_agent.ini",),
    # The other agents' files tell where their routers and DHCP servers lead instances to.
    "metadata": ("l3_agent.ini", "dhcp_agent.ini", "metadata_agent.ini"),
}
"""What each role reads below /etc/neutron, after neutron.conf."""


def _files(roles: Sequence[str], given: Sequence[Path]) -> list[Path]:
    if given:
        return list(given)
    names = ["neutron.conf", *(name for role in roles for name in _FILES.get(role, ()))]
    return [config.CONFIG_DIRECTORY / name for name in dict.fromkeys(names)]


def _start(roles: Sequence[str], given: Sequence[Path]) -> None:
    from hawser.node.agent.run import roles_named, run

    files = _files(roles, given)
    settings = config.node_settings(config.read(files, node=True))
    level = logging.DEBUG if settings.debug else logging.INFO
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for stranger in config.strangers(files):
        logging.getLogger(__name__).warning("%s", stranger)
    run(settings, roles_named(roles))


def _script(role: str) -> click.Command:
    @click.command(name=f"neutron-{role}-agent", help=f"Run the {role} agent of this node in the foreground.")
    @click.option("--config-file", "files", multiple=True, type=click.Path(exists=True, path_type=Path))
    def command(files: tuple[Path, ...]) -> None:
        try:
            _start([role], files)
        except HawserError as error:
            raise click.ClickException(str(error)) from error

    return command


linuxbridge_agent = _script("linuxbridge")
l3_agent = _script("l3")
dhcp_agent = _script("dhcp")
metadata_agent = _script("metadata")


@click.group()
def node() -> None:
    """Run a node's agents; free a node of the routers that it carries."""


node.add_command(drain)
node.add_command(undrain)


@node.command("key", short_help="Print the node_key of HOST.")
@click.argument("host")
@click.option("--config-file", "files", multiple=True, type=click.Path(exists=True, path_type=Path))
def key(host: str, files: tuple[Path, ...]) -> None:
    """Print HOST's node_key, on a machine whose neutron.conf has the servers' feed_secret."""
    secret = config.server_settings(config.read(_files([], files))).feed_secret
    if not secret:
        raise BadInput(
            "feed_secret", "it is not set", "Give [hawser] feed_secret in the servers' neutron.conf."
        )
    click.echo(node_key(secret, host))


@node.command("run", short_help="Run this node's roles in one process.")
@click.option("--role", "roles", multiple=True, help="linuxbridge, l3, dhcp or metadata; may be repeated.")
@click.option("--config-file", "files", multiple=True, type=click.Path(exists=True, path_type=Path))
def node_run(roles: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Run this node's roles in one process: those given, or `[hawser] roles` of neutron.conf."""
    configured = config.node_settings(config.read(_files([], files), node=True)).roles
    chosen = roles or configured
    if not chosen:
        raise BadInput("roles", "nothing to run", "Give --role, or [hawser] roles in neutron.conf.")
    _start(chosen, files)
