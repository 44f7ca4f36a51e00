"""Joining a floating IP to a port, and parting them."""

from __future__ import annotations

from sqlalchemy import select

from hawser.base.addresses import Address
from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.port import ROUTER_INTERNAL_OWNERS, FixedIp, Port
from hawser.server.model.portforwarding import PortForwarding
from hawser.server.service import access
from hawser.server.store.session import Transaction
from hawser.server.store.tables.floatingip import floating_ip_table, floating_ips
from hawser.server.store.tables.port import fixed_ip_table, port_table
from hawser.server.store.tables.portforwarding import forwardings, port_forwarding_table
from hawser.server.store.tables.router import router_table
from hawser.server.store.tables.subnet import subnet_table


def associate(
    tx: Transaction, caller: Caller, floating: FloatingIp, port_id: str, fixed_address: Address | None
) -> None:
    """Have a floating IP stand for an address of a port: the given one, or the port's only IPv4 address.

    `NotFound` (ExternalGatewayForFloatingIPNotFound) where no router joins the port's subnet to the external
    network; `Conflict` (FloatingIPPortAlreadyAssociated) where the address has such a floating IP.
    """
    port = access.owned_port(tx, caller, port_id)
    fixed_ip = _fixed_ip(port, fixed_address)
    if floating.port_forwardings:
        message = f"Floating IP {floating.id} in use by Port Forwarding resources."
        raise Conflict(message, "FipInUseByPortForwarding")
    _check_single(tx, floating, port, fixed_ip)
    _check_not_forwarded(tx, port, fixed_ip)
    floating_ips.change(
        tx,
        floating.id,
        port_id=port.id,
        fixed_address=fixed_ip.address,
        router_id=_router(tx, floating, fixed_ip),
        status="ACTIVE",
    )


def disassociate(tx: Transaction, floating_id: str) -> None:
    """Have a floating IP stand for nothing."""
    floating_ips.change(tx, floating_id, port_id=None, fixed_address=None, router_id=None, status="DOWN")


def disassociate_port(tx: Transaction, port_id: str, kept: frozenset[Address] = frozenset()) -> None:
    """Part all floating IPs, and port forwardings, from a port that goes or keeps only some of its addresses."""
    for floating in floating_ips.find(tx, floating_ip_table.c.port_id == port_id):
        if floating.fixed_address not in kept:
            disassociate(tx, floating.id)
    for forwarding in forwardings.find(tx, port_forwarding_table.c.internal_port_id == port_id):
        if forwarding.internal_address not in kept:
            drop_forwarding(tx, forwarding)


def drop_forwarding(tx: Transaction, forwarding: PortForwarding) -> None:
    """Remove a port forwarding; with its last one, a floating IP leaves its router."""
    forwardings.remove(tx, forwarding.id)
    left = port_forwarding_table.c.floating_ip_id == forwarding.floating_ip_id
    if tx.execute(select(port_forwarding_table.c.id).where(left).limit(1)).first() is None:
        disassociate(tx, forwarding.floating_ip_id)
    else:
        floating_ips.change(tx, forwarding.floating_ip_id)


def _fixed_ip(port: Port, address: Address | None) -> FixedIp:
    if address is not None:
        found = [each for each in port.fixed_ips if each.address == address]
        wrong = f"port {port.id} does not have address {address}"
    else:
        found = [each for each in port.fixed_ips if each.address.version == 4]
        wrong = f"port {port.id} has no IPv4 address"
    if not found:
        raise BadInput("fixed_ip_address", wrong)
    if len(found) > 1:
        raise BadInput("fixed_ip_address", f"port {port.id} has several IPv4 addresses", "Say which.")
    if found[0].address.version != 4:
        raise BadInput("fixed_ip_address", f"{found[0].address} is not IPv4")
    return found[0]


def _check_single(tx: Transaction, floating: FloatingIp, port: Port, fixed_ip: FixedIp) -> None:
    columns = floating_ip_table.c
    where = (
        columns.network_id == floating.network_id,
        columns.port_id == port.id,
        columns.fixed_address == fixed_ip.address,
        columns.id != floating.id,
    )
    other = tx.execute(select(columns.address).where(*where)).scalar()
    if other is not None:
        raise Conflict(
            f"Cannot associate floating IP {floating.address} with port {port.id} using fixed IP "
            f"{fixed_ip.address}, as that fixed IP already has floating IP {other} on external network "
            f"{floating.network_id}.",
            "FloatingIPPortAlreadyAssociated",
        )


def _check_not_forwarded(tx: Transaction, port: Port, fixed_ip: FixedIp) -> None:
    columns = port_forwarding_table.c
    where = columns.internal_port_id == port.id, columns.internal_address == fixed_ip.address
    if tx.execute(select(columns.id).where(*where).limit(1)).first() is not None:
        raise Conflict(
            f"Cannot associate floating IP to port {port.id} using fixed IP {fixed_ip.address} because it "
            "already has a Port Forwarding binding.",
            "PortHasPortForwarding",
        )


def _router(tx: Transaction, floating: FloatingIp, fixed_ip: FixedIp) -> str:
    router_id = router_between(tx, floating.network_id, fixed_ip.subnet_id)
    if router_id is None:
        raise _unreachable(floating, fixed_ip)
    return router_id


def router_between(tx: Transaction, external_network_id: str, subnet_id: str) -> str | None:
    """The router that joins the subnet to the external network; the subnet's own gateway is preferred."""
    statement = (
        select(router_table.c.id, fixed_ip_table.c.address == subnet_table.c.gateway_ip)
        .join(port_table, port_table.c.device_id == router_table.c.id)
        .join(fixed_ip_table, fixed_ip_table.c.port_id == port_table.c.id)
        .join(subnet_table, subnet_table.c.id == fixed_ip_table.c.subnet_id)
        .where(
            router_table.c.gateway_network_id == external_network_id,
            port_table.c.device_owner.in_(ROUTER_INTERNAL_OWNERS),
            fixed_ip_table.c.subnet_id == subnet_id,
        )
        .order_by(router_table.c.id)
    )
    found = sorted(((not is_gateway, router_id) for router_id, is_gateway in tx.execute(statement)))
    return str(found[0][1]) if found else None


def _unreachable(floating: FloatingIp, fixed_ip: FixedIp) -> NotFound:
    message = (
        f"External network {floating.network_id} is not reachable from subnet {fixed_ip.subnet_id}. "
        "Add the subnet to a router and set that router's external gateway to the network first."
    )
    return NotFound("router", fixed_ip.subnet_id, message, "ExternalGatewayForFloatingIPNotFound")
