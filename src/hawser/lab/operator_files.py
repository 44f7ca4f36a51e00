"""An operator's own configuration files: a folder of them is as many settings.

FOLDER/all/neutron.conf             for every node
FOLDER/network/l3_agent.ini         for a kind of node: controller, network, compute
FOLDER/compute1/linuxbridge_agent.ini
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from oslo_config import cfg

from hawser.base.errors import BadInput
from hawser.lab.settings import KINDS


def settings(folder: Path) -> Iterator[str]:
    """Every option of the folder's files as `--set` takes it, those of kinds of nodes before those of single ones."""
    places = [*KINDS, *sorted({file.parent.name for file in folder.glob("*/*")} - KINDS.keys())]
    files = [file for place in places for file in sorted((folder / place).glob("*"))]
    if not files:
        raise BadInput("files", f"{folder} has none", "Put them in all/, network/, network1/ and the like.")
    for file in files:
        yield from _options(file)


def _options(file: Path) -> Iterator[str]:
    said: dict[str, dict[str, list[str]]] = {}
    try:
        cfg.ConfigParser(str(file), said).parse()
    except cfg.ParseError as error:
        raise BadInput("files", str(error)) from error
    for section, options in said.items():
        for option, values in options.items():
            yield f"{file.parent.name}.{file.stem}.{section}.{option}={values[-1]}"
