"""neutron-db-manage: the schema of the servers' database, by Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hawser.base import config
from hawser.cli import plain
from hawser.server.store.upgrade import HEAD, Schema, history

_NAME = "neutron-db-manage"


class _Group(click.Group):
    """Errors of its commands are told as those of the other scripts."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        with plain.errors(_NAME):
            return super().invoke(ctx)


@click.group(_NAME, cls=_Group)
@click.option(
    "--config-file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read this instead of the files under /etc/neutron; may be repeated, later ones win.",
)
@click.pass_context
def main(context: click.Context, files: tuple[Path, ...]) -> None:
    """Manage the schema of the database that [database] connection names.

    neutron-server brings it to head when it starts. This command does so before, or says what there is.
    """
    context.obj = files


@main.command()
@click.argument("revision")
@click.pass_obj
def upgrade(files: tuple[Path, ...], revision: str) -> None:
    """Bring the database to REVISION; `head` (or `heads`) is the newest."""
    with _schema(files) as schema:
        before = schema.current()
        schema.upgrade(HEAD if revision == "heads" else revision)
        after = schema.current()
    click.echo(
        f"Already at {after}." if before == after else f"Upgraded from {before or 'nothing'} to {after}."
    )


@main.command()
@click.option("--verbose", "-v", is_flag=True, help="With what the revision brought, and the way to head.")
@click.pass_obj
def current(files: tuple[Path, ...], verbose: bool) -> None:
    """Print the revision that the database is at."""
    with _schema(files) as schema:
        present = schema.current()
    steps = history()
    mark = " (head)" if present == steps[-1].revision else ""
    click.echo(f"{present or 'no schema'}{mark}")
    if verbose:
        known = [step.revision for step in steps]
        to_run = steps[known.index(present) + 1 :] if present else steps
        click.echo("".join(f"{step.words}\n" for step in steps if step.revision == present), nl=False)
        click.echo("".join(f"to run: {step.revision}, {step.words}\n" for step in to_run), nl=False)


@main.command()
@click.pass_obj
def check(files: tuple[Path, ...]) -> None:
    """Exit with status 1, and say why, unless the database is at head."""
    with _schema(files) as schema:
        present = schema.current()
    head = history()[-1].revision
    if present != head:
        where = f"is at {present}" if present else "has no schema"
        plain.fail(_NAME, f"The database {where}; head is {head}. Run `neutron-db-manage upgrade head`.")
    click.echo(f"The database is at head ({head}).")


@main.command("history")
def show_history() -> None:
    """List the migrations, the newest first."""
    steps = history()
    for step in reversed(steps):
        mark = " (head)" if step is steps[-1] else ""
        click.echo(f"{step.before or '<base>'} -> {step.revision}{mark}, {step.words}")


@contextmanager
def _schema(files: tuple[Path, ...]) -> Iterator[Schema]:
    from hawser.server.store.upgrade import Schema

    settings = config.server_settings(config.read(files or config.SERVER_FILES))
    schema = Schema(settings.connection)
    try:
        yield schema
    finally:
        schema.close()


if __name__ == "__main__":
    main()
