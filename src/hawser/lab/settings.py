"""Options that the operator of a lab sets by hand: `network.l3_agent.DEFAULT.ha_vrrp_advert_int=2`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hawser.base.errors import BadInput
from hawser.lab.topology import NodeSpec, Role

Ini = Mapping[str, Mapping[str, str]]

KINDS = {
    "all": tuple(Role),
    "controller": (Role.CONTROLLER,),
    "network": (Role.L3,),
    "compute": (Role.COMPUTE,),
}
"""Kinds of nodes, from the widest on."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One option of one file on the nodes of a kind (`controller`, `network`, `compute`, `all`) or on one
    node."""

    where: str
    file: str
    section: str
    option: str
    value: str

    @staticmethod
    def parse(text: str, nodes: Iterable[NodeSpec], files: Iterable[str]) -> Setting:
        """Read `WHERE.FILE.SECTION.OPTION=VALUE`; FILE is a file's name without its ending."""
        path, equals, value = text.partition("=")
        parts = path.strip().split(".", 3)
        if not equals or len(parts) != 4 or not all(parts):
            raise BadInput("set", f"'{text}' is not a setting", "Write WHERE.FILE.SECTION.OPTION=VALUE.")
        where, file, section, option = parts
        setting = Setting(where, file, section, option, value.strip())
        places, names = [*KINDS, *(node.name for node in nodes)], list(files)
        if setting.where not in places:
            raise BadInput("set", f"'{setting.where}' is no place in the lab", f"Say {', '.join(places)}.")
        if setting.file not in names:
            raise BadInput("set", f"there is no file '{setting.file}'", f"There are {', '.join(names)}.")
        return setting

    def concerns(self, node: NodeSpec) -> bool:
        """True on a node that this option is set on."""
        return self.where == node.name or any(role in node.roles for role in KINDS.get(self.where, ()))


def apply(settings: Iterable[Setting], node: NodeSpec, file: str, ini: Ini) -> Ini:
    """The content of one file of one node with the operator's own options in place of ours."""
    changed = {section: dict(options) for section, options in ini.items()}
    for setting in settings:
        if setting.file == file and setting.concerns(node):
            changed.setdefault(setting.section, {})[setting.option] = setting.value
    return changed


def render(ini: Ini) -> str:
    """An ini file's text."""
    blocks = []
    for section, options in ini.items():
        lines = [f"{option} = {value}".rstrip() for option, value in options.items()]
        blocks.append("\n".join([f"[{section}]", *lines]))
    return "\n\n".join(blocks) + "\n"
