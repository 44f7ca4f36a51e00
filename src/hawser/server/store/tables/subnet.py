"""Subnets."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, or_

from hawser.server.model.caller import Caller
from hawser.server.model.network import Network
from hawser.server.model.rbac import SHARED
from hawser.server.model.subnet import HostRoute, Pool, Subnet
from hawser.server.store.session import Transaction
from hawser.server.store.tables import rbac
from hawser.server.store.tables.columns import ADDRESS, METADATA, AsList, AsText, owned_columns, tags_column
from hawser.server.store.tables.records import Records, Where
from hawser.server.store.tables.subnetpool import subnet_pool_column


def _pool(text: str) -> Pool:
    first, last = text.split("-")
    return Pool(ip_address(first), ip_address(last))


def _route(text: str) -> HostRoute:
    destination, nexthop = text.split()
    return HostRoute(ip_network(destination), ip_address(nexthop))


def _pool_text(pool: Pool) -> str:
    return f"{pool.first}-{pool.last}"


def _route_text(route: HostRoute) -> str:
    return f"{route.destination} {route.nexthop}"


subnet_table = Table(
    "subnets",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("network_id", ForeignKey("networks.id"), nullable=False, index=True),
    Column("name", String(255), nullable=False, index=True),
    Column("cidr", AsText(ip_network), nullable=False),
    Column("gateway_ip", ADDRESS),
    Column("enable_dhcp", Boolean, nullable=False),
    Column("pools", AsList(_pool, _pool_text), nullable=False),
    Column("dns_nameservers", AsList(ip_address), nullable=False),
    Column("host_routes", AsList(_route, _route_text), nullable=False),
    Column("ipv6_ra_mode", String(32)),
    Column("ipv6_address_mode", String(32)),
    subnet_pool_column(),
    Column("service_types", AsList(str), nullable=False),
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on subnets that this caller sees: its own, and those of networks shared with it."""
    if caller.is_admin:
        return ()
    columns = subnet_table.c
    return (
        or_(
            columns.project_id == caller.project_id,
            rbac.shared_with(caller, "network", columns.network_id, SHARED),
        ),
    )


def of_network(tx: Transaction, network: Network) -> list[Subnet]:
    """The subnets of a network, the oldest first; remembered ones are not read again."""
    found = (subnets.get(tx, id) for id in network.subnet_ids)
    return sorted((each for each in found if each), key=lambda each: (each.created_at, each.id))


subnets: Records[Subnet] = Records(
    "subnets",
    subnet_table,
    build=lambda tx, fields: Subnet(**fields),
    remembered=True,
)
