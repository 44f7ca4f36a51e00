"""Tables on the screen; cut by nothing when they go to a file."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from hawser.cli.moving import Outcome
from hawser.lab.status import NodeStatus


def show_nodes(nodes: Sequence[NodeStatus]) -> None:
    """A lab's nodes, one row each."""
    console = _console()
    table = Table("Node", "State", "Addresses", "Services")
    for node in nodes:
        services = [f"{name} {'up' if up else '[red]down[/red]'}" for name, up in node.services]
        colour = "green" if node.state == "up" else "red"
        addresses = [f"{nic} {address}" for nic, address in node.addresses]
        row = (node.name, f"[{colour}]{node.state}[/{colour}]", "\n".join(addresses), "\n".join(services))
        table.add_row(*row)
    console.print(table)


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    """What became of planned moves, one row each."""
    table = Table("Router", "From", "Carried by", "Seconds", "Outcome")
    for each in outcomes:
        end = f"[red]{each.why}[/red]" if each.why else "[green]moved[/green]"
        name, seconds = each.router or each.router_id, f"{each.seconds:.2f}"
        table.add_row(name, each.from_host or "nobody", each.carried_by or "nobody", seconds, end)
    _console().print(table)


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    return console
