"""Where a port is plugged, and how: one binding is in force, others wait to be activated (live migration)."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.server.model.port import NO_PROFILE, NORMAL, Port
from hawser.server.model.unset import UNSET, Unset

ACTIVE = "ACTIVE"
INACTIVE = "INACTIVE"
MOST_PROFILE = 4095
"""Characters of a profile's JSON."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A port's place on ``host``; ``profile`` is a JSON object's text."""

    port_id: str
    project_id: str
    host: str
    vnic_type: str
    profile: str
    status: str


@dataclass(frozen=True, slots=True)
class NewBinding:
    """What a create asks for."""

    host: str
    vnic_type: str = NORMAL
    profile: str = NO_PROFILE


@dataclass(frozen=True, slots=True)
class BindingChanges:
    """What an update asks for; UNSET leaves a field alone."""

    vnic_type: str | Unset = UNSET
    profile: str | Unset = UNSET


def active(port: Port) -> Binding | None:
    """The binding that is in force; None where the port is bound nowhere."""
    if not port.host:
        return None
    return Binding(port.id, port.project_id, port.host, port.vnic_type, port.binding_profile, ACTIVE)


def vif_type(host: str, vnic_type: str) -> str:
    """How the port is plugged into its host: a Linux bridge plugs what is normal, and nothing else."""
    if not host:
        return "unbound"
    return "bridge" if vnic_type == NORMAL else "binding_failed"


def is_plugged(host: str, vnic_type: str) -> bool:
    """Whether something can be at the port."""
    return vif_type(host, vnic_type) == "bridge"
