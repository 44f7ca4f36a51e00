"""A subnet pool: address space that subnets are cut out of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Network
from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class SubnetPool:
    """``prefixes`` are of one IP version, sorted, and as few as say the same.

    ``default_quota`` is how much a project may have of it: addresses of IPv4, /64 networks of IPv6; None and 0
    are any number. ``is_default`` makes it the one that subnets of its version come from where no pool is named.
    ``shared`` is with all projects, ``shared_with`` names further ones.
    """

    id: str
    project_id: str
    name: str
    description: str
    ip_version: int
    prefixes: tuple[Network, ...]
    min_prefixlen: int
    max_prefixlen: int
    default_prefixlen: int
    default_quota: int | None
    is_default: bool
    address_scope_id: str | None
    revision: int
    created_at: datetime
    updated_at: datetime
    shared: bool = False
    shared_with: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSubnetPool:
    """What a create asks for. UNSET leaves a length to the server."""

    project_id: str
    name: str
    prefixes: tuple[Network, ...]
    description: str = ""
    min_prefixlen: int | Unset = UNSET
    max_prefixlen: int | Unset = UNSET
    default_prefixlen: int | Unset = UNSET
    default_quota: int | None = None
    is_default: bool = False
    shared: bool = False
    address_scope_id: str | None = None


@dataclass(frozen=True, slots=True)
class SubnetPoolChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    prefixes: tuple[Network, ...] | Unset = UNSET
    min_prefixlen: int | Unset = UNSET
    max_prefixlen: int | Unset = UNSET
    default_prefixlen: int | Unset = UNSET
    default_quota: int | Unset | None = UNSET
    is_default: bool | Unset = UNSET
    address_scope_id: str | Unset | None = UNSET
