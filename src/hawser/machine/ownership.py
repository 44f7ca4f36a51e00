"""How an agent without memory knows that a thing is ours. What is not ours is never touched. Pure.

| thing | it is ours when |
|---|---|
| network namespace | it is named after a router or a network: ``qrouter-<uuid>``, ``qdhcp-<uuid>`` |
| all inside such a namespace | by its place; addresses only with our protocol number, routes only if static |
| interface of the machine's own namespace | its alias (IFLA_IFALIAS) starts with ``hawser:`` |
| membership of a bridge | the interface or the bridge is ours, or somebody wants it |
| forwarding entry | its VXLAN interface is ours, and it is one to flood to or marked as told (NTF_EXT_LEARNED) |
| neighbour entry | its bridge is ours and it has our protocol number |
| kernel setting | somebody wants it |
| file | it lies below one of our own directories and carries our mark (an extended attribute) |
| process | there is a record of it below one of our own directories |
| translated connection | it is in such a namespace, as said |

An address that keepalived holds in a namespace of ours has no protocol number: it is keepalived's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from hawser.base.names import DHCP_NAMESPACE, ROUTER_NAMESPACE
from hawser.machine.items.address import Address
from hawser.machine.items.chain import Chain
from hawser.machine.items.file import File
from hawser.machine.items.item import ROOT, Item
from hawser.machine.items.link import Veth
from hawser.machine.items.netns import Netns
from hawser.machine.items.process import Process
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl
from hawser.machine.items.translations import Translations

ALIAS = "hawser:"
"""The start of the alias of an interface of ours."""

FILE_MARK = "trusted.hawser"
"""The extended attribute of a file of ours; only root sees or sets it."""

PROTOCOL = 0x68
"""The protocol number of an address (IFA_PROTO) and of a neighbour entry (NDA_PROTOCOL) of ours."""

_NAMESPACE = re.compile(
    f"(?:{ROUTER_NAMESPACE}|{DHCP_NAMESPACE})[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
)


def owns_namespace(name: str) -> bool:
    """Whether a network namespace is ours, by its name."""
    return _NAMESPACE.fullmatch(name) is not None


def owns_alias(alias: str) -> bool:
    """Whether an interface of the machine's own namespace is ours, by its alias."""
    return alias.startswith(ALIAS)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What may be touched at all, given our own ``directories`` (absolute paths)."""

    directories: tuple[PurePosixPath, ...]

    def allows(self, item: Item) -> bool:
        """Whether ``item`` is in a place where things of ours are."""
        match item:
            case Netns(name=name):
                return owns_namespace(name)
            case Address(netns=netns) | Route(netns=netns) | Chain(netns=netns):
                return owns_namespace(netns)
            case Veth(netns=netns) | Sysctl(netns=netns):
                return netns == ROOT or owns_namespace(netns)
            case File(path=path):
                return self.owns_path(path)
            case Process(directory=directory, netns=netns) | Translations(directory=directory, netns=netns):
                return self.owns_path(directory) and (netns == ROOT or owns_namespace(netns))
            case _:
                return True

    def owns_path(self, text: str) -> bool:
        """Whether a path lies below (or is) one of our own directories; dots in it are never trusted."""
        path = PurePosixPath(text)
        return ".." not in path.parts and any(path.is_relative_to(own) for own in self.directories)
