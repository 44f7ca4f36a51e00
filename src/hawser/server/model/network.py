"""A network and the segment it is carried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.server.model.segment import Segment, WantedSegment
from hawser.server.model.unset import UNSET, Unset
from hawser.wire.intent import NetworkType

HA_NETWORK_NAME = "HA network tenant {project_id}"


@dataclass(frozen=True, slots=True)
class Network:
    """A layer 2 network. ``ha_project_id`` is set on the hidden HA networks of a project: its ``project_id``
    is then "" and the project does not see it. ``subnet_ids`` are sorted.

    ``shared`` is with all projects, ``shared_with`` names further ones; where it is ``external``,
    ``external_to`` are the projects that may use it so, and () is all of them.

    ``availability_zone_hints`` are where its DHCP servers shall be, () for anywhere; ``availability_zones``
    are where they are.

    ``is_default`` is what projects without a choice go out by, an external one. ``further_segments`` carry it
    beside the first: nodes wire the first, and others are for those who join them elsewhere."""

    id: str
    project_id: str
    name: str
    description: str
    admin_state_up: bool
    shared: bool
    external: bool
    mtu: int
    port_security_enabled: bool
    network_type: NetworkType
    physical_network: str | None
    segmentation_id: int | None
    ha_project_id: str | None
    revision: int
    created_at: datetime
    updated_at: datetime
    subnet_ids: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    external_to: tuple[str, ...] = ()
    availability_zone_hints: tuple[str, ...] = ()
    availability_zones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    dns_domain: str = ""
    qos_policy_id: str | None = None
    is_default: bool = False
    vlan_transparent: bool | None = None
    further_segments: tuple[Segment, ...] = ()
    ipv4_address_scope: str | None = None
    ipv6_address_scope: str | None = None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All that carry it, the first one first."""
        first = Segment(self.network_type, self.physical_network, self.segmentation_id)
        return (first, *self.further_segments)

    def is_external_to(self, project_id: str) -> bool:
        """Whether the project may use it as an external network."""
        return self.external and (not self.external_to or project_id in self.external_to)


@dataclass(frozen=True, slots=True)
class NewNetwork:
    """What a create asks for. UNSET leaves the segment, or a part of it, and the MTU to the server."""

    project_id: str
    name: str = ""
    description: str = ""
    admin_state_up: bool = True
    shared: bool = False
    external: bool = False
    mtu: int | Unset = UNSET
    port_security_enabled: bool = True
    dns_domain: str = ""
    network_type: NetworkType | Unset = UNSET
    physical_network: str | Unset = UNSET
    segmentation_id: int | Unset = UNSET
    qos_policy_id: str | None = None
    availability_zone_hints: tuple[str, ...] = ()
    is_default: bool = False
    vlan_transparent: bool | None = None
    further_segments: tuple[WantedSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    admin_state_up: bool | Unset = UNSET
    shared: bool | Unset = UNSET
    external: bool | Unset = UNSET
    mtu: int | Unset = UNSET
    port_security_enabled: bool | Unset = UNSET
    dns_domain: str | Unset = UNSET
    qos_policy_id: str | Unset | None = UNSET
    is_default: bool | Unset = UNSET
