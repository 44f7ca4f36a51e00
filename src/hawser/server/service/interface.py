"""A router's ports on tenant networks: joining subnets to a router and parting them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hawser.base.addresses import Address
from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model import rbac
from hawser.server.model.caller import Caller
from hawser.server.model.port import (
    ROUTER_HA_REPLICATED,
    ROUTER_INTERFACE,
    ROUTER_INTERNAL_OWNERS,
    ROUTER_MOVING_OWNERS,
    NewPort,
    Port,
    WantedIp,
)
from hawser.server.model.router import Router, RouterInterface
from hawser.server.model.subnet import Subnet
from hawser.server.service import access, hosting, plug
from hawser.server.store.session import Transaction
from hawser.server.store.tables import port as port_rows
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import fixed_ip_table, port_table, ports
from hawser.server.store.tables.portforwarding import port_forwarding_table
from hawser.server.store.tables.subnet import subnet_table, subnets

_BAD = "BadRequest"


def of_router(tx: Transaction, router_id: str) -> list[Port]:
    """The router's ports on tenant networks."""
    columns = port_table.c
    return ports.find(tx, columns.device_id == router_id, columns.device_owner.in_(ROUTER_INTERNAL_OWNERS))


def connected(tx: Transaction, router_id: str) -> list[Subnet]:
    """The subnets that the router has an address in, its gateway's among them."""
    ids = (
        select(fixed_ip_table.c.subnet_id)
        .join(port_table, port_table.c.id == fixed_ip_table.c.port_id)
        .where(port_table.c.device_id == router_id, port_table.c.device_owner.in_(ROUTER_MOVING_OWNERS))
    )
    return subnets.find(tx, subnet_table.c.id.in_(ids))


def addresses(tx: Transaction, router_id: str) -> set[Address]:
    """The router's own addresses, its gateway's among them."""
    columns = port_table.c
    moving = columns.device_owner.in_(ROUTER_MOVING_OWNERS)
    own = ports.find(tx, columns.device_id == router_id, moving)
    return {each.address for port in own for each in port.fixed_ips}


def check_apart(tx: Transaction, router: Router, new: Iterable[Subnet]) -> None:
    """`BadInput` where a new subnet of the router is, or overlaps with, one that it has."""
    old = connected(tx, router.id)
    for subnet in new:
        for other in old:
            if subnet.id == other.id:
                raise BadInput("subnet_id", f"router {router.id} already has a port on it", kind=_BAD)
            if _overlap(subnet, other):
                wrong = f"{subnet.cidr} overlaps with {other.cidr} of subnet {other.id} on router {router.id}"
                raise BadInput("subnet_id", wrong, kind=_BAD)


def is_apart(tx: Transaction, router_id: str, subnet: Subnet) -> bool:
    """Whether a subnet overlaps with no other that the router has."""
    others = (other for other in connected(tx, router_id) if other.id != subnet.id)
    return not any(_overlap(subnet, other) for other in others)


def _overlap(one: Subnet, other: Subnet) -> bool:
    return one.cidr.version == other.cidr.version and one.cidr.overlaps(other.cidr)


def owner_of(router: Router) -> str:
    """The device owner of the router's ports on tenant networks."""
    return ROUTER_HA_REPLICATED if router.ha else ROUTER_INTERFACE


def add_subnet(tx: Transaction, caller: Caller, router: Router, subnet_id: str) -> RouterInterface:
    """Join a subnet by a port that has the subnet's gateway address.

    An IPv6 subnet joins the router's IPv6 port on the same network where there is one.
    """
    subnet = _joinable(tx, caller, subnet_id)
    check_apart(tx, router, (subnet,))
    wanted = WantedIp(subnet.id, subnet.gateway_ip)
    shared = _ipv6_port(tx, router, subnet)
    if shared is not None:
        plug.readdress(tx, shared, (*plug.kept(shared.fixed_ips), wanted))
        return _answer(router, shared, (subnet.id,))
    return _answer(router, _new_port(tx, router, subnet, wanted), (subnet.id,))


def add_port(tx: Transaction, caller: Caller, router: Router, port_id: str) -> RouterInterface:
    """Join a port that no device uses, with all the subnets that it has addresses of."""
    port = access.owned_port(tx, caller, port_id)
    if port.device_id:
        raise Conflict(f"Port {port.id} is already used by device {port.device_id}.", "PortInUse")
    subnet_ids = [each.subnet_id for each in port.fixed_ips]
    joined = subnets.find(tx, subnet_table.c.id.in_(subnet_ids))
    if not joined:
        raise BadInput("port_id", f"port {port.id} has no address", kind=_BAD)
    if len([subnet for subnet in joined if subnet.cidr.version == 4]) > 1:
        raise BadInput("port_id", f"port {port.id} has several IPv4 subnets", kind=_BAD)
    check_apart(tx, router, joined)
    port_rows.set_groups(tx, port.id, ())
    ports.change(
        tx,
        port.id,
        device_id=router.id,
        device_owner=owner_of(router),
        host=hosting.host_of(tx, router.id),
        port_security_enabled=False,
        address_pairs=(),
    )
    return _answer(router, port, tuple(subnet_ids))


def remove_port(tx: Transaction, router: Router, port_id: str, subnet_id: str | None) -> RouterInterface:
    """Part a port from the router and remove it; a ``subnet_id`` said beside it must be the port's."""
    port = next((each for each in of_router(tx, router.id) if each.id == port_id), None)
    if port is None:
        message = f"Router {router.id} does not have an interface with id {port_id}."
        raise NotFound("router_interface", port_id, message)
    subnet_ids = tuple(each.subnet_id for each in port.fixed_ips)
    if subnet_id is not None and subnet_id not in subnet_ids:
        raise Conflict(f"Subnet {subnet_id} is not on port {port_id}.", "SubnetMismatchForPort")
    for each in subnet_ids:
        check_unused(tx, router, each)
    plug.remove(tx, port.id)
    return _answer(router, port, subnet_ids)


def remove_subnet(tx: Transaction, router: Router, subnet_id: str) -> RouterInterface:
    """Part a subnet from the router; its port goes unless it has other subnets."""
    for port in of_router(tx, router.id):
        if subnet_id in (each.subnet_id for each in port.fixed_ips):
            break
    else:
        message = f"Router {router.id} has no interface on subnet {subnet_id}."
        raise NotFound("router_interface", subnet_id, message, "RouterInterfaceNotFoundForSubnet")
    check_unused(tx, router, subnet_id)
    left = tuple(each for each in port.fixed_ips if each.subnet_id != subnet_id)
    if left:
        plug.set_fixed_ips(tx, port, left)
    else:
        plug.remove(tx, port.id)
    return _answer(router, port, (subnet_id,))


def _joinable(tx: Transaction, caller: Caller, subnet_id: str) -> Subnet:
    subnet = access.seen_subnet(tx, caller, subnet_id)
    network = networks.get(tx, subnet.network_id)
    if not caller.owns(subnet.project_id) and not (network and rbac.sees(caller, network)):
        raise BadInput("subnet_id", f"subnet {subnet_id} is not owned by the project", kind=_BAD)
    if subnet.gateway_ip is None:
        raise BadInput(
            "subnet_id",
            f"subnet {subnet_id} has no gateway IP, which the router would have",
            "Set it, or add a port with an address of your choice.",
            _BAD,
        )
    return subnet


def _ipv6_port(tx: Transaction, router: Router, subnet: Subnet) -> Port | None:
    if subnet.cidr.version == 4:
        return None
    for port in of_router(tx, router.id):
        versions = {each.address.version for each in port.fixed_ips}
        if port.network_id == subnet.network_id and versions == {6}:
            return port
    return None


def _new_port(tx: Transaction, router: Router, subnet: Subnet, wanted: WantedIp) -> Port:
    network = networks.get(tx, subnet.network_id)
    if network is None:
        raise access.missing("network", subnet.network_id)
    draft = NewPort(
        project_id=router.project_id,
        network_id=network.id,
        device_id=router.id,
        device_owner=owner_of(router),
        host=hosting.host_of(tx, router.id),
        fixed_ips=(wanted,),
    )
    return plug.make(tx, network, draft)


def check_unused(tx: Transaction, router: Router, subnet_id: str) -> None:
    """No floating IP of the router leads to an address of the subnet, and no route goes by it."""
    columns = floating_ip_table.c
    behind = (
        select(columns.id)
        .join(fixed_ip_table, fixed_ip_table.c.port_id == columns.port_id)
        .where(
            columns.router_id == router.id,
            fixed_ip_table.c.subnet_id == subnet_id,
            fixed_ip_table.c.address == columns.fixed_address,
        )
    )
    forwarded = (
        select(columns.id)
        .join(port_forwarding_table, port_forwarding_table.c.floating_ip_id == columns.id)
        .join(fixed_ip_table, fixed_ip_table.c.port_id == port_forwarding_table.c.internal_port_id)
        .where(
            columns.router_id == router.id,
            fixed_ip_table.c.subnet_id == subnet_id,
            fixed_ip_table.c.address == port_forwarding_table.c.internal_address,
        )
    )
    if tx.execute(behind.union_all(forwarded).limit(1)).first() is not None:
        raise Conflict(
            f"Router interface for subnet {subnet_id} on router {router.id} cannot be deleted, as it is "
            "required by one or more floating IPs.",
            "RouterInterfaceInUseByFloatingIP",
        )
    subnet = subnets.get(tx, subnet_id)
    if subnet is not None and any(route.nexthop in subnet.cidr for route in router.routes):
        raise Conflict(
            f"Router interface for subnet {subnet_id} on router {router.id} cannot be deleted, as it is "
            "required by one or more routes.",
            "RouterInterfaceInUseByRoute",
        )


def _answer(router: Router, port: Port, subnet_ids: tuple[str, ...]) -> RouterInterface:
    return RouterInterface(router.id, router.project_id, port.network_id, port.id, subnet_ids)
