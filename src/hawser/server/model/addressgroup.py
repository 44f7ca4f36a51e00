"""An address group: a named set of addresses that security group rules can be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Network
from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class AddressGroup:
    """``addresses`` are sorted; ``shared`` is with all projects, ``shared_with`` with these."""

    id: str
    project_id: str
    name: str
    description: str
    addresses: tuple[Network, ...]
    revision: int
    created_at: datetime
    updated_at: datetime
    shared: bool = False
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewAddressGroup:
    """What a create asks for."""

    project_id: str
    name: str = ""
    description: str = ""
    addresses: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressGroupChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
