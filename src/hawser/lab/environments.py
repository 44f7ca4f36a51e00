"""Where the Python environments lie: Hawser's own, and the pinned ones of Keystone, of clients and of the public
test suite."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hawser.base.errors import LabError

PROJECT = Path(sys.prefix).parent
_SET_UP = {"conformance": "conformance"}
"""The kind of set-up that makes an environment, where it is not the least one."""


def own(program: str) -> Path:
    """A program of the environment that runs now, such as `hawser`."""
    return Path(sys.prefix) / "bin" / program


def pinned(environment: str, program: str) -> Path:
    """A program of a pinned environment, such as `keystone`'s; HAWSER_ENVIRONMENTS names another folder of
    them."""
    folder = Path(os.environ.get("HAWSER_ENVIRONMENTS", PROJECT / "build" / "env"))
    path = folder / environment / "bin" / program
    if not path.exists():
        kind = _SET_UP.get(environment, "run")
        raise LabError(f"{path} is missing. Make the environments: scripts/setup {kind}.")
    return path


def cache() -> Path:
    """Where things that are slow to make are kept between labs; no secret is among them."""
    if (PROJECT / "build").is_dir():
        return PROJECT / "build" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hawser"
