"""Which instance asks for its metadata: the one whose port has the address that the request comes from.

A node is told of instances behind routers that it hosts, and in networks whose DHCP server it is; of no others.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from hawser.base.addresses import Address
from hawser.server.model.port import ROUTER_INTERNAL_OWNERS, TRUSTED_PREFIX
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import agent as agent_rows
from hawser.server.store.tables import router as router_rows
from hawser.server.store.tables.agent import dhcp_hosting_table
from hawser.server.store.tables.port import fixed_ip_table, port_table
from hawser.server.store.tables.router import router_host_table
from hawser.server.store.tables.subnet import subnet_table
from hawser.wire.instance import Instance


def behind_router(store: Store, host: str, router_id: str, address: Address) -> Instance | None:
    """The instance with this address in a subnet that the router has a foot in; a router's subnets do not overlap."""
    columns = router_host_table.c
    with store.read() as tx:
        if not router_rows.hosts(tx, columns.router_id == router_id, columns.host == host):
            return None
        feet = port_table.join(fixed_ip_table, fixed_ip_table.c.port_id == port_table.c.id)
        inside = port_table.c.device_owner.in_(ROUTER_INTERNAL_OWNERS)
        of_router = select(fixed_ip_table.c.subnet_id).select_from(feet)
        rows = tx.execute(of_router.where(port_table.c.device_id == router_id, inside))
        return _at(tx, {row[0] for row in rows}, address)


def in_network(store: Store, host: str, network_id: str, address: Address) -> Instance | None:
    """The instance with this address in the network."""
    columns = dhcp_hosting_table.c
    with store.read() as tx:
        if not agent_rows.dhcp_hostings(tx, columns.network_id == network_id, columns.host == host):
            return None
        of_network = select(subnet_table.c.id).where(subnet_table.c.network_id == network_id)
        return _at(tx, {row[0] for row in tx.execute(of_network)}, address)


def _at(tx: Transaction, subnet_ids: Collection[str], address: Address) -> Instance | None:
    """Whose the address is in one of these subnets; routers' ports and the like are no instances."""
    held = fixed_ip_table.join(port_table, port_table.c.id == fixed_ip_table.c.port_id)
    columns = port_table.c
    found = select(columns.device_id, columns.device_owner, columns.project_id).select_from(held)
    here = fixed_ip_table.c.subnet_id.in_(subnet_ids), fixed_ip_table.c.address == address
    for device_id, device_owner, project_id in tx.execute(found.where(*here)):
        if device_id and not device_owner.startswith(TRUSTED_PREFIX):
            return Instance(device_id, project_id)
    return None
