"""What carries a network on the wire."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.server.model.unset import UNSET, Unset
from hawser.wire.intent import NetworkType


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment. ``segmentation_id`` is a VNI or a VLAN id; "vlan:physnet1:7" is its text."""

    network_type: NetworkType
    physical_network: str | None = None
    segmentation_id: int | None = None

    def __str__(self) -> str:
        return f"{self.network_type}:{self.physical_network or ''}:{self.segmentation_id or ''}"


@dataclass(frozen=True, slots=True)
class WantedSegment:
    """A segment as a caller asks for it; UNSET leaves a part of it to the server."""

    network_type: NetworkType
    physical_network: str | Unset = UNSET
    segmentation_id: int | Unset = UNSET


def parse(text: str) -> Segment:
    """The segment that ``text`` writes."""
    kind, rest = text.split(":", maxsplit=1)
    physical_network, number = rest.rsplit(":", maxsplit=1)
    return Segment(NetworkType(kind), physical_network or None, int(number) if number else None)
