"""An address scope: subnet pools whose addresses are unique among each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class AddressScope:
    """``shared`` is with all projects, ``shared_with`` names further ones."""

    id: str
    project_id: str
    name: str
    description: str
    ip_version: int
    revision: int
    created_at: datetime
    updated_at: datetime
    shared: bool = False
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewAddressScope:
    """What a create asks for."""

    project_id: str
    ip_version: int
    name: str = ""
    description: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class AddressScopeChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    shared: bool | Unset = UNSET
