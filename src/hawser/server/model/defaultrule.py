"""A default security group rule: what new security groups get as their first rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Interface

PARENT = "PARENT"
"""As ``remote_group_id``: the group that gets the rule."""


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """As a rule without a group; it is for projects' default groups, for all other groups, or for both."""

    id: str
    description: str
    direction: str
    ethertype: str
    protocol: str | None
    port_range_min: int | None
    port_range_max: int | None
    remote_ip_prefix: Interface | None
    remote_group_id: str | None
    remote_address_group_id: str | None
    used_in_default_sg: bool
    used_in_non_default_sg: bool
    revision: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewDefaultRule:
    """What a create asks for."""

    direction: str
    ethertype: str = "IPv4"
    description: str = ""
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: Interface | None = None
    remote_group_id: str | None = None
    remote_address_group_id: str | None = None
    used_in_default_sg: bool = False
    used_in_non_default_sg: bool = True
