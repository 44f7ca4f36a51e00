"""A trunk: one port by which an instance reaches several networks, each under a segmentation id of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hawser.base.errors import Conflict
from hawser.server.model.unset import UNSET, Unset

SUBPORT_OWNER = "trunk:subport"
"""The device owner of the ports that a trunk carries."""
VLAN = "vlan"
INHERIT = "inherit"
"""The segmentation type that stands for the segment of the port's own network."""


@dataclass(frozen=True, slots=True)
class SubPort:
    """A port that a trunk carries, and the VLAN that the instance knows it by."""

    port_id: str
    segmentation_type: str
    segmentation_id: int


@dataclass(frozen=True, slots=True)
class CarriedPort:
    """The same, as the trunk's own port shows it."""

    port_id: str
    segmentation_type: str
    segmentation_id: int
    mac: str


@dataclass(frozen=True, slots=True)
class Trunk:
    """``port_id`` is the port that the instance has. ``status`` is DOWN until nodes carry trunks."""

    id: str
    project_id: str
    name: str
    description: str
    port_id: str
    admin_state_up: bool
    status: str
    sub_ports: tuple[SubPort, ...]
    revision: int
    created_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedSubPort:
    """A port that a trunk shall carry; without a segmentation, one that it shall no longer."""

    port_id: str
    segmentation_type: str | None = None
    segmentation_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewTrunk:
    """What a create asks for."""

    project_id: str
    port_id: str
    name: str = ""
    description: str = ""
    admin_state_up: bool = True
    sub_ports: tuple[WantedSubPort, ...] = ()


@dataclass(frozen=True, slots=True)
class TrunkChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    admin_state_up: bool | Unset = UNSET


def check_apart(trunk_id: str, sub_ports: Iterable[SubPort]) -> None:
    """`Conflict` (DuplicateSubPort) where two have one segmentation."""
    seen = set()
    for each in sub_ports:
        segmentation = each.segmentation_type, each.segmentation_id
        if segmentation in seen:
            raise Conflict(
                f"segmentation_type {each.segmentation_type} and segmentation_id {each.segmentation_id} "
                f"are in use on trunk {trunk_id} already.",
                "DuplicateSubPort",
            )
        seen.add(segmentation)
