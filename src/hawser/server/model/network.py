"""A network and the segment it is carried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.wire.intent import NetworkType

HA_NETWORK_NAME = "HA network tenant {project_id}"


@dataclass(frozen=True, slots=True)
class Network:
    """A layer 2 network. ``ha_project_id`` is set on the hidden HA network of a project: its ``project_id``
    is then "" and the project does not see it."""

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
