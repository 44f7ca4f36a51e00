"""A router's foot in an external network: setting, changing and clearing it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import select

from hawser.base.errors import BadInput, Conflict, NoMoreRoom
from hawser.server.model.caller import Caller
from hawser.server.model.network import Network
from hawser.server.model.port import ROUTER_GATEWAY, FixedIp, NewPort, WantedIp
from hawser.server.model.router import Gateway, Router, WantedGateway
from hawser.server.model.subnet import Subnet
from hawser.server.model.unset import UNSET, given
from hawser.server.service import access, hosting, interface, plug
from hawser.server.store.session import Transaction
from hawser.server.store.tables import router as rows
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.port import port_table, ports
from hawser.server.store.tables.router import routers
from hawser.server.store.tables.subnet import subnet_table, subnets

FIELD = "external_gateway_info"


def apply(tx: Transaction, caller: Caller, router: Router, wanted: WantedGateway | None) -> None:
    """Make the router's gateway as it is wanted; None clears it."""
    old = router.gateway
    if wanted is not None and old is not None and wanted.network_id == old.network_id:
        _change(tx, router, old, wanted)
        return
    if old is not None:
        _clear(tx, router, old)
    if wanted is not None:
        _set(tx, caller, router, wanted)


def widen(tx: Transaction, network: Network, subnet: Subnet) -> None:
    """Give the gateways on an external network an address of a new subnet, if they have none of its IP version.

    A router stays as it is where the subnet has no room, is not for gateways, or overlaps with one of its own.
    """
    if not network.external or (subnet.service_types and not subnet.serves(ROUTER_GATEWAY)):
        return
    columns = port_table.c
    for port in ports.find(tx, columns.network_id == network.id, columns.device_owner == ROUTER_GATEWAY):
        has = {each.address.version for each in port.fixed_ips}
        if subnet.cidr.version not in has and interface.is_apart(tx, port.device_id, subnet):
            with suppress(NoMoreRoom):
                plug.readdress(tx, port, (*plug.kept(port.fixed_ips), WantedIp(subnet.id)))


def _set(tx: Transaction, caller: Caller, router: Router, wanted: WantedGateway) -> None:
    network = access.seen_network(tx, caller, wanted.network_id)
    if not network.external:
        raise BadInput(FIELD, f"network {network.id} is not an external network", kind="BadRequest")
    interface.check_apart(tx, router, subnets.find(tx, subnet_table.c.network_id == network.id))
    draft = NewPort(
        project_id="",
        network_id=network.id,
        device_id=router.id,
        device_owner=ROUTER_GATEWAY,
        host=hosting.host_of(tx, router.id),
        fixed_ips=wanted.fixed_ips,
    )
    port = plug.make(tx, network, draft)
    enable_snat = given(wanted.enable_snat, tx.settings.enable_snat_by_default)
    gateway = Gateway(network.id, port.id, enable_snat)
    routers.change(tx, router.id, **rows.gateway_columns(gateway))


def _change(tx: Transaction, router: Router, old: Gateway, wanted: WantedGateway) -> None:
    port = ports.get(tx, old.port_id)
    if wanted.fixed_ips is not UNSET and port is not None:
        check_held(tx, router, plug.readdress(tx, port, wanted.fixed_ips))
    enable_snat = given(wanted.enable_snat, tx.settings.enable_snat_by_default)
    routers.change(tx, router.id, enable_snat=enable_snat)


def check_held(tx: Transaction, router: Router, fixed_ips: Sequence[FixedIp], field: str = FIELD) -> None:
    """Whether a router's gateway may hold these addresses, as it does by now. ``field`` is the caller's name."""
    for subnet in subnets.find(tx, subnet_table.c.id.in_({each.subnet_id for each in fixed_ips})):
        if not interface.is_apart(tx, router.id, subnet):
            raise BadInput(
                field, f"{subnet.cidr} overlaps with another subnet of the router", kind="BadRequest"
            )
    if router.gateway and all(each.address.version == 6 for each in fixed_ips):
        _check_unneeded(tx, router, router.gateway)


def _clear(tx: Transaction, router: Router, old: Gateway) -> None:
    _check_unneeded(tx, router, old)
    routers.change(tx, router.id, **rows.gateway_columns(None))
    plug.remove(tx, old.port_id)


def _check_unneeded(tx: Transaction, router: Router, old: Gateway) -> None:
    """No floating IP leads through the gateway."""
    columns = floating_ip_table.c
    needing = select(columns.id).where(columns.router_id == router.id).limit(1)
    if tx.execute(needing).first() is not None:
        raise Conflict(
            f"Gateway cannot be updated for router {router.id}, since a gateway to external network "
            f"{old.network_id} is required by one or more floating IPs.",
            "RouterExternalGatewayInUseByFloatingIp",
        )
