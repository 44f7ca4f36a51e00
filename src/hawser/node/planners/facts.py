"""What planners know beside the intent: the operator's settings and the facts of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hawser.base.config import NodeSettings
from hawser.machine.items.item import Item
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership


@dataclass(frozen=True, slots=True)
class Facts:
    """``links`` are the interfaces in the machine's own namespace, whoever made them, ``bridged`` those that
    are on a bridge or will be in the same stroke, ``live`` those that have a carrier; ``tunnel_device`` is the
    one that holds ``local_ip``.
    ``masterships`` are by router id; a router that is not in it is not yet known.
    """

    settings: NodeSettings
    links: frozenset[str]
    bridged: frozenset[str]
    live: frozenset[str]
    tunnel_device: str | None
    masterships: Mapping[str, Mastership]


class Planner(Protocol):
    """What should stand on this machine for one role, given the intent and the facts."""

    def __call__(self, intent: NodeIntent, facts: Facts) -> Iterable[Item]:
        """The items of this role alone."""
        ...
