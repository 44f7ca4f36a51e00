"""The command `hawser`: its groups live in sibling modules and are imported when they are asked for, so that
a quick command stays quick."""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec

import click

from hawser.base.errors import HawserError

# Name of the command; where it is; what it does. The third is for `hawser --help`, which imports none of
# them.
_COMMANDS = {
    "cloud": ("hawser.cli.cloud:cloud", "Compute and image services of the lab, and their agent."),
    "demo": ("hawser.cli.demo:demo", "See a highly available router survive the loss of its node."),
    "lab": ("hawser.cli.lab:lab", "Nodes as namespaces: start, enter, break, heal and end them."),
    "node": ("hawser.cli.agents:node", "Run a node's agents; drain a node."),
    "router": ("hawser.cli.router:router", "Move highly available routers between their nodes."),
    "sample-config": (
        "hawser.cli.sample:sample",
        "Print a configuration file with all options, or policy.yaml.",
    ),
}


class Commands(click.Group):
    """The groups by name, each imported at its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Those whose module is installed."""
        return [name for name, (place, _) in _COMMANDS.items() if find_spec(place.partition(":")[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `hawser --help`, without an import."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hawser")
def hawser() -> None:
    """Highly available virtual networking with the OpenStack Networking API."""


def main() -> None:
    """Entry point: an error of ours is one line on standard error and exit status 1; an interrupt is status
    130."""
    try:
        answer = hawser.main(standalone_mode=False)
    except HawserError as error:
        _stop(str(error), 1)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _stop("interrupted", 130)
    else:
        sys.exit(answer if isinstance(answer, int) else 0)


def _stop(message: str, status: int) -> None:
    click.echo(f"hawser: {message}", err=True)
    sys.exit(status)
