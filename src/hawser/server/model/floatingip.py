"""A floating IP: an external address that can be moved among ports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Address


@dataclass(frozen=True, slots=True)
class FloatingIp:
    """``external_port_id`` holds the address on the external network (owner network:floatingip).

    ``port_id``, ``fixed_address`` and ``router_id`` are None while it is not associated.
    """

    id: str
    project_id: str
    description: str
    network_id: str
    address: Address
    external_port_id: str
    port_id: str | None
    fixed_address: Address | None
    router_id: str | None
    status: str
    revision: int
    created_at: datetime
    updated_at: datetime
