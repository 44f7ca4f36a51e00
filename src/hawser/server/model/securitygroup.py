"""A security group and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Interface
from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class Rule:
    """``direction`` is ingress or egress, ``ethertype`` IPv4 or IPv6; None matches everything.

    ``remote_ip_prefix`` keeps the address that its owner wrote. ``belongs_to_default`` says whether its group is
    the default one of a project.
    """

    id: str
    project_id: str
    security_group_id: str
    description: str
    direction: str
    ethertype: str
    protocol: str | None
    port_range_min: int | None
    port_range_max: int | None
    remote_ip_prefix: Interface | None
    remote_group_id: str | None
    revision: int
    created_at: datetime
    updated_at: datetime
    remote_address_group_id: str | None = None
    belongs_to_default: bool = False


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A named set of rules of a project; ``default`` marks the one that every project has.

    ``stateful`` lets answers through by themselves. ``shared`` is with all projects, ``shared_with`` with these.
    """

    id: str
    project_id: str
    name: str
    description: str
    default: bool
    rules: tuple[Rule, ...]
    revision: int
    created_at: datetime
    updated_at: datetime
    stateful: bool = True
    shared: bool = False
    shared_with: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSecurityGroup:
    """What a create asks for; it gets the rules that the default rules say."""

    project_id: str
    name: str = ""
    description: str = ""
    stateful: bool = True


@dataclass(frozen=True, slots=True)
class SecurityGroupChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    stateful: bool | Unset = UNSET


@dataclass(frozen=True, slots=True)
class NewRule:
    """What a create asks for. ``protocol`` is a name or a number as text; None matches everything."""

    project_id: str
    security_group_id: str
    direction: str
    ethertype: str = "IPv4"
    description: str = ""
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: Interface | None = None
    remote_group_id: str | None = None
    remote_address_group_id: str | None = None
