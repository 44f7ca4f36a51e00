"""Flavors: what operators offer of a service, and by which driver each is provided."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.server.model.unset import UNSET, Unset

L3 = "L3_ROUTER_NAT"
SERVICE_TYPES = (L3, "METERING", "QOS")
"""The services that there can be flavors of."""


@dataclass(frozen=True, slots=True)
class Flavor:
    """``service_profile_ids`` are sorted."""

    id: str
    name: str
    description: str
    service_type: str
    enabled: bool
    service_profile_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewFlavor:
    """What a create asks for."""

    service_type: str
    name: str = ""
    description: str = ""
    enabled: bool = True
    service_profile_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlavorChanges:
    """What an update asks for; UNSET leaves a field alone. ``service_profile_ids`` says all of them anew."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    enabled: bool | Unset = UNSET
    service_profile_ids: tuple[str, ...] | Unset = UNSET


@dataclass(frozen=True, slots=True)
class NextProvider:
    """Who would provide the next thing of a flavor."""

    provider: str
    driver: str
    metainfo: str
