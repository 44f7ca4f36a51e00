"""`hawser demo`: see a highly available router survive the loss of its node."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from hawser.cli import plot, story
from hawser.cli.progress import Steps
from hawser.lab.lab import DEFAULT_NAME, Lab


@click.command()
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="The lab's name.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the summary."
)
@click.option("--png", default="build/demo/failover.png", show_default=True, type=click.Path(path_type=Path))
@click.option("--keep", is_flag=True, help="Leave the lab up afterwards.")
def demo(name: str, json_file: Path | None, png: Path, keep: bool) -> None:
    """Bring a lab up, build a network with the real client, cut the power of the router's node, watch a ping."""
    console = Console(highlight=False)
    begun = time.monotonic()
    _say(console, "A lab of six nodes on this machine")
    with Steps(console) as progress:
        lab = Lab.up(name, progress=progress)
    try:
        tale = story.Story(lab, lambda text: _say(console, text), lambda what, out: _show(console, what, out))
        tale.steps.append(story.Step("lab up", round(time.monotonic() - begun, 3)))
        router, address = story.build(tale)
        story.look(tale, router)
        outcome = story.fail_over(tale, router, address)
    finally:
        if not keep:
            lab.down()
    _close(console, outcome, tale.steps, address, png, time.monotonic() - begun)
    if json_file:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(story.summary(outcome, tale.steps), indent=2) + "\n")
    if not outcome.survived:
        raise click.ClickException(f"the ping of {address} did not come back")


def _say(console: Console, text: str) -> None:
    console.print(f"\n[bold cyan]== {text}[/]")


def _show(console: Console, what: str, output: str) -> None:
    console.print(what, style="bold", markup=False, soft_wrap=True)
    if output.strip():
        console.print(output.rstrip(), markup=False, soft_wrap=True)


def _close(
    console: Console, outcome: story.Outcome, steps: list[story.Step], address: str, png: Path, seconds: float
) -> None:
    title = f"ping {address} from outside, 50 a second"
    plot.picture(outcome.record, outcome.marks, png, title)
    console.print(plot.terminal(outcome.record, outcome.marks, title), markup=False)
    table = Table("", "measured", title="What happened")
    table.add_row("master before", outcome.master_before)
    table.add_row("master after", outcome.master_after)
    table.add_row("longest silence after the power cut", f"{outcome.failover_gap_ms:.0f} ms")
    table.add_row("longest silence after the node's return", f"{outcome.heal_gap_ms:.0f} ms")
    table.add_row("pings lost after the node's return", str(outcome.lost_on_return))
    table.add_row("lab from nothing", f"{steps[0].seconds:.1f} s")
    table.add_row("whole demo", f"{seconds:.1f} s")
    console.print(table)
    console.print(f"The picture is in {png}", markup=False)
