"""A port forwarding: some ports of a floating IP that lead to ports of one instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hawser.base.addresses import Address
from hawser.base.errors import BadInput
from hawser.server.model.unset import UNSET, Unset

WITH_PORTS = frozenset({"tcp", "udp", "sctp", "dccp"})
"""Protocols whose forwardings name ports; of any other, all packets are forwarded."""


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports from ``first`` to ``last``, both among them."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}:{self.last}"

    def overlaps(self, other: PortRange) -> bool:
        """Whether a port is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class PortForwarding:
    """``external`` are ports of the floating IP, ``internal`` as many of the instance, or just one for all.

    Both are None for a protocol without ports. ``internal_address`` is one of the port's.
    """

    id: str
    project_id: str
    description: str
    floating_ip_id: str
    protocol: str
    external: PortRange | None
    internal_port_id: str
    internal_address: Address
    internal: PortRange | None
    revision: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewPortForwarding:
    """What a create asks for."""

    floating_ip_id: str
    protocol: str
    external: PortRange | None
    internal_port_id: str
    internal_address: Address
    internal: PortRange | None
    description: str = ""


@dataclass(frozen=True, slots=True)
class PortForwardingChanges:
    """What an update asks for; UNSET leaves a field alone."""

    description: str | Unset = UNSET
    protocol: str | Unset = UNSET
    external: PortRange | Unset | None = UNSET
    internal_port_id: str | Unset = UNSET
    internal_address: Address | Unset = UNSET
    internal: PortRange | Unset | None = UNSET


def check(forwarding: PortForwarding) -> None:
    """`BadInput` where its ports do not go with its protocol, or its two ranges not together."""
    external, internal = forwarding.external, forwarding.internal
    if forwarding.protocol not in WITH_PORTS:
        if external or internal:
            raise BadInput("protocol", f"{forwarding.protocol} has no ports", kind="BadRequest")
        return
    if external is None or internal is None:
        missing = "external_port" if external is None else "internal_port"
        raise BadInput(missing, f"a forwarding of {forwarding.protocol} needs it", kind="BadRequest")
    width = internal.last - internal.first
    if width and width != external.last - external.first:
        wrong = f"{internal} is neither one port nor as many as {external}"
        raise BadInput("internal_port_range", wrong, kind="BadRequest")


def collides(one: PortForwarding, other: PortForwarding) -> bool:
    """Whether both are for the same packets to one floating IP, or for the same ports of an instance."""
    if one.id == other.id or one.protocol != other.protocol:
        return False
    same_address = one.floating_ip_id == other.floating_ip_id
    same_inside = (one.internal_port_id, one.internal_address) == (
        other.internal_port_id,
        other.internal_address,
    )
    return (same_address and _meet(one.external, other.external)) or (
        same_inside and _meet(one.internal, other.internal)
    )


def _meet(one: PortRange | None, other: PortRange | None) -> bool:
    return one is None or other is None or one.overlaps(other)
