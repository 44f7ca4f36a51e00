"""What planners know beside the intent: the operator's settings and the facts of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from hawser.base.config import NodeSettings
from hawser.machine.items.item import Item
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership


class Contact(StrEnum):
    """Whether this node hears the others; a stand-by takes no part in an election while it is in doubt."""

    SOUND = "sound"
    DOUBTFUL = "doubtful"
    LOST = "lost"


class Outlook(StrEnum):
    """What this node holds of a router's external gateways since it was its master last. A stand-by cannot look.

    ``LOST``: they did not answer. ``DOUBTED``: nor then, but each peer has had the time to find out the same since.
    """

    LOST = "lost"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Facts:
    """``links`` are the interfaces in the machine's own namespace, whoever made them, ``bridged`` those that
    are on a bridge or will be in the same stroke, ``live`` those that have a carrier; ``tunnel_device`` is the
    one that holds ``local_ip``.
    ``masterships`` are by router id; a router that is not in it is not yet known. ``contact`` is that over the
    tunnel network. ``outlooks`` are by router id, where there is reason to doubt. ``told``: a server told the intent
    since the agent started; else it is what was kept on disk.
    ``admitted`` are the HA ports, by id, by which this node takes part in elections (`router_ha.stands_aside`).
    ``contested`` are routers, by id, that this node is master of and that another may claim once it goes on.
    ``overdue`` are routers, by id, that this node has been wanted for as master for longer than a move may take.
    ``missing`` are the kernel modules for interfaces that this machine has not.
    """

    settings: NodeSettings
    links: frozenset[str]
    bridged: frozenset[str]
    live: frozenset[str]
    tunnel_device: str | None
    masterships: Mapping[str, Mastership]
    contact: Contact = Contact.SOUND
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    told: bool = True
    admitted: frozenset[str] = frozenset()
    contested: frozenset[str] = frozenset()
    overdue: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


class Planner(Protocol):
    """What should stand on this machine for one role, given the intent and the facts."""

    def __call__(self, intent: NodeIntent, facts: Facts) -> Iterable[Item]:
        """The items of this role alone."""
        ...
