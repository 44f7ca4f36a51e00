"""DHCP options of a port's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLIENT_ID = "client-id"
"""What the DHCP server knows the client by; it is no option of the answer."""


@dataclass(frozen=True, slots=True)
class DhcpOption:
    """``name`` is dnsmasq's name of it (``bootfile-name``) or its number; ``value`` None takes it away."""

    name: str
    value: str | None
    ip_version: int = 4


def merged(had: Iterable[DhcpOption], told: Iterable[DhcpOption]) -> tuple[DhcpOption, ...]:
    """What a port has after it was told ``told``: others stay, and one without a value goes."""
    options = {(each.name, each.ip_version): each for each in (*had, *told)}
    return tuple(option for option in options.values() if option.value is not None)
