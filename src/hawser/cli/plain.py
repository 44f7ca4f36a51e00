"""What the console scripts say when they fail: one line, not a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from hawser.base.errors import HawserError


@contextmanager
def errors(program: str) -> Iterator[None]:
    """An error of ours, or the system's, ends ``program`` with one line on standard error and exit status 1."""
    try:
        yield
    except HawserError as error:
        fail(program, error.message)
    except OSError as error:
        fail(program, f"{error.filename or 'the system'}: {error.strerror or error}")


def fail(program: str, message: str) -> NoReturn:
    """End with this line on standard error and exit status 1."""
    click.echo(f"{program}: {' '.join(message.split())}", err=True)
    sys.exit(1)
