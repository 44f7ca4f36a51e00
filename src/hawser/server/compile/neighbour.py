"""Which ports' addresses stay where they are, so that other nodes may answer for them; and whose may move. Pure.

An address moves without anybody's asking when its holder says so by a gratuitous ARP or an unsolicited neighbour
advertisement: a router's (its standby takes over), those of address pairs (VRRP among instances), any of a port
without port security. A node that answers for others does not pass such news on, so it must have no such port of the
network; and nobody may answer for an address that somebody else may come to hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from hawser.base.addresses import Address, Network
from hawser.server.model import port as owners
from hawser.server.model.port import Port
from hawser.wire import intent


def roams(port: Port) -> bool:
    """Whether addresses may come to the port, or leave it, without the server's doing."""
    if port.device_owner == owners.DHCP:
        return False
    own = port.device_owner.startswith(owners.TRUSTED_PREFIX)
    return own or bool(port.address_pairs) or not port.port_security_enabled


def claims(port: Port) -> tuple[Network, ...]:
    """The addresses beside its own that the port may come to hold."""
    return tuple(pair.address for pair in port.address_pairs)


def compile_neighbour(port: Port, claimed: Iterable[Network], vtep: Address) -> intent.Neighbour | None:
    """The port, which stays at ``vtep``, as other nodes may answer for it; None where they may not. ``claimed`` are
    the addresses of its network that ports may come to hold."""
    claimed = tuple(claimed)
    fixed = tuple(
        each.address for each in port.fixed_ips if not any(each.address in network for network in claimed)
    )
    if not fixed:
        return None
    return intent.Neighbour(port.id, port.network_id, port.mac, fixed, vtep)
