"""What those who live by a port ask of other addresses that it is given by itself, not through them."""

from __future__ import annotations

from hawser.base.errors import BadInput
from hawser.server.model.port import FLOATING_IP, ROUTER_GATEWAY, ROUTER_INTERNAL_OWNERS, FixedIp, Port
from hawser.server.model.router import Router
from hawser.server.service import gateway, interface
from hawser.server.store.session import Transaction
from hawser.server.store.tables.router import routers
from hawser.server.store.tables.subnet import subnet_table, subnets

FIELD = "fixed_ips"


def check(tx: Transaction, old: Port, fixed_ips: tuple[FixedIp, ...]) -> None:
    """Whether the port ``old`` may have had its addresses changed to these, as was done in this transaction."""
    if fixed_ips == old.fixed_ips:
        return
    if old.device_owner == FLOATING_IP:
        raise BadInput(FIELD, "a floating IP keeps its address", "Make another one.")
    router = routers.get(tx, old.device_id) if old.device_id else None
    if router is None:
        return
    if old.device_owner == ROUTER_GATEWAY:
        gateway.check_held(tx, router, fixed_ips, FIELD)
    elif old.device_owner in ROUTER_INTERNAL_OWNERS:
        _check_interface(tx, router, old, fixed_ips)


def _check_interface(tx: Transaction, router: Router, old: Port, fixed_ips: tuple[FixedIp, ...]) -> None:
    """What joining a subnet and parting it ask."""
    had, has = ({each.subnet_id for each in addresses} for addresses in (old.fixed_ips, fixed_ips))
    for gone in sorted(had - has):
        interface.check_unused(tx, router, gone)
    of_others = {
        each.subnet_id
        for port in interface.of_router(tx, router.id)
        if port.id != old.id
        for each in port.fixed_ips
    }
    wrong = ""
    for subnet in subnets.find(tx, subnet_table.c.id.in_(has - had)):
        if subnet.id in of_others:
            wrong = f"router {router.id} has another port on subnet {subnet.id}"
        elif not interface.is_apart(tx, router.id, subnet):
            wrong = f"{subnet.cidr} overlaps with another subnet of router {router.id}"
    if len({each.subnet_id for each in fixed_ips if each.address.version == 4}) > 1:
        wrong = "a router's port has one IPv4 subnet, and a port of its own for each other one"
    if wrong:
        raise BadInput(FIELD, wrong, kind="BadRequest")
