"""`hawser lab`: start, look at, enter, break, heal and end labs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import click

from hawser.base.errors import BadInput

_name = click.option("--name", default="ha", show_default=True, help="Which lab, of several side by side.")


@click.group()
def lab() -> None:
    """Nodes as namespaces on this machine: start, enter, break, heal and end them."""


@lab.command(short_help="Start a lab and wait until all of it works.")
@_name
@click.option("--dhcp-on", type=click.Choice(["compute", "network"]), default="compute", show_default=True)
@click.option("--network-nodes", type=int, default=2, show_default=True, help="How many, 1 to 9.")
@click.option(
    "--port-offset", type=int, help="Added to the API's ports; a second lab takes the next hundred."
)
@click.option(
    "--files",
    "folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Configuration files of your own.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="WHERE.FILE.SECTION.OPTION=VALUE",
    help="One option of one file; may be repeated.",
)
@click.option("--services", metavar="LIST", help="Of identity,network,node,cloud,internet; all by default.")
@click.option("--bare", is_flag=True, help="Nodes and networks only.")
def up(
    name: str,
    dhcp_on: str,
    network_nodes: int,
    port_offset: int | None,
    folder: Path | None,
    settings: tuple[str, ...],
    services: str | None,
    bare: bool,
) -> None:
    """Start a lab: a controller, network nodes, two compute nodes, and a host outside.

    An option of the nodes' configuration is set by --set, as in `--set
    network.l3_agent.DEFAULT.ha_vrrp_advert_int=2`; WHERE is controller, network, compute, all, or a node. --files
    takes whole files, as FOLDER/WHERE/l3_agent.ini; what they do not say stays as it is.
    """
    from hawser.cli.progress import Steps
    from hawser.lab import operator_files
    from hawser.lab.lab import Lab
    from hawser.lab.services import GROUPS

    # Ended by a supervisor, it cleans up as it does when a person interrupts it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = list(operator_files.settings(folder)) if folder else []
    groups = [part for part in services.split(",") if part] if services is not None else list(GROUPS)
    with Steps() as steps:
        made = Lab.up(
            name,
            dhcp_on=dhcp_on,
            network_nodes=network_nodes,
            services=[] if bare else groups,
            settings=[*given, *settings],
            port_offset=port_offset,
            progress=steps,
        )
    hawser = "hawser" if shutil.which("hawser") else sys.argv[0]
    click.echo(f"Lab '{name}' is up: {hawser} lab status{_option(name)}", err=True)
    if "identity" in made.record.services:
        click.echo(f'To use it: eval "$({hawser} lab openrc admin{_option(name)})"', err=True)


@lab.command(short_help="End a lab; nothing of it stays.")
@_name
def down(name: str) -> None:
    """End a lab: no process, mount, namespace or file of it stays."""
    from hawser.lab.lab import Lab

    was_there = Lab.remove(name)
    click.echo(f"Lab '{name}' is down." if was_there else f"There was no lab '{name}'.", err=True)


@lab.command()
@_name
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(name: str, as_json: bool) -> None:
    """Show the nodes of a lab: their state, addresses and services."""
    from hawser.cli.tables import show_nodes
    from hawser.lab.lab import Lab
    from hawser.lab.status import of_lab

    nodes = of_lab(Lab.find(name))
    if as_json:
        click.echo(json.dumps([node.as_json() for node in nodes], indent=2))
    else:
        show_nodes(nodes)


@lab.command(
    "exec",
    short_help="Run a command in a node.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@_name
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(name: str, node: str, command: tuple[str, ...]) -> None:
    """Run a command in a node: `hawser lab exec network1 -- ip netns`."""
    from hawser.lab.lab import Lab

    words = _after_dashes(command)
    if not words:
        raise BadInput("command", "there is none", "Write it after `--`.")
    argv = Lab.find(name).node(node).argv(words)
    os.execvp(argv[0], argv)


@lab.command(
    "login",
    short_help="Run a command in an instance.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@_name
@click.argument("instance")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def login(name: str, instance: str, command: tuple[str, ...]) -> None:
    """Run a command in an instance, or a shell: `hawser lab login INSTANCE -- ping openstack.org`."""
    from hawser.cli import instances
    from hawser.lab.lab import Lab

    argv = instances.argv(Lab.find(name), instance, _after_dashes(command) or ["bash", "-i"])
    os.execvpe(argv[0], argv, {**os.environ, "HOME": "/root"})


@lab.command()
@_name
@click.argument("node")
def shell(name: str, node: str) -> None:
    """Open a shell in a node."""
    from hawser.lab.lab import Lab

    argv = Lab.find(name).node(node).argv(["bash", "-i"])
    os.execvpe(argv[0], argv, {**os.environ, "HOME": "/root"})


@lab.command()
@_name
@click.argument("node")
@click.option("--power", is_flag=True, help="Cut its power: every process of it ends at once.")
@click.option("--link", metavar="NETWORK", help="Pull its cable to management, tunnel or external.")
@click.option("--silence", metavar="NETWORK", help="Lose its packets on a network; the carrier stands.")
@click.option("--freeze", is_flag=True, help="Stop its processes; its kernel goes on forwarding.")
def fail(name: str, node: str, power: bool, link: str | None, silence: str | None, freeze: bool) -> None:
    """Break a node in one way."""
    from hawser.lab.lab import Fault, Lab

    asked = [
        (Fault.POWER, power),
        (Fault.LINK, link is not None),
        (Fault.SILENCE, silence is not None),
        (Fault.FREEZE, freeze),
    ]
    faults = [fault for fault, wanted in asked if wanted]
    if len(faults) != 1:
        raise BadInput(
            "fault",
            f"{len(faults)} were asked for",
            "Give one of --power, --link NET, --silence NET, --freeze.",
        )
    Lab.find(name).fail(node, faults[0], link or silence or "")


@lab.command()
@_name
@click.argument("node")
def heal(name: str, node: str) -> None:
    """Undo every fault of a node, or of `all`."""
    from hawser.cli.progress import Steps
    from hawser.lab.lab import Lab

    found = Lab.find(name)
    chosen = [spec.name for spec in found.topology.nodes] if node == "all" else [node]
    with Steps() as steps:
        for each in chosen:
            found.heal(each, steps)


@lab.command(short_help="End one service, such as node@network1.")
@_name
@click.option("--signal", "how", default="TERM", show_default=True, type=click.Choice(["TERM", "KILL"]))
@click.argument("service")
def stop(name: str, how: str, service: str) -> None:
    """End one service, such as node@network1; its daemons and interfaces stay."""
    from hawser.lab.lab import Lab

    Lab.find(name).stop(service, signal.Signals[f"SIG{how}"])


@lab.command()
@_name
@click.argument("service")
def start(name: str, service: str) -> None:
    """Start one service that was stopped."""
    from hawser.lab.lab import Lab

    Lab.find(name).start(service)


@lab.command(short_help="Print what makes a shell act as a user.")
@_name
@click.argument("user", default="admin")
def openrc(name: str, user: str) -> None:
    """Print what a shell evaluates to act as `admin` or `demo` by the pinned `openstack`, `neutron` and `nova`."""
    from hawser.lab.identity import openrc as render
    from hawser.lab.lab import Lab

    click.echo(render(Lab.find(name).access(user)), nl=False)


def _after_dashes(command: tuple[str, ...]) -> list[str]:
    """The first `--` after a name is ours; a second one belongs to the command."""
    return list(command[1:] if command[:1] == ("--",) else command)


def _option(name: str) -> str:
    return "" if name == "ha" else f" --name {name}"
