"""A service profile: a driver, with what it is told."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class ServiceProfile:
    """``driver`` is that of a service provider; ``metainfo`` is the operator's own. One may be ""."""

    id: str
    description: str
    driver: str
    metainfo: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class NewServiceProfile:
    """What a create asks for."""

    description: str = ""
    driver: str = ""
    metainfo: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ServiceProfileChanges:
    """What an update asks for; UNSET leaves a field alone."""

    description: str | Unset = UNSET
    driver: str | Unset = UNSET
    metainfo: str | Unset = UNSET
    enabled: bool | Unset = UNSET
