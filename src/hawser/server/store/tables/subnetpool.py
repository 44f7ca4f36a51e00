"""Subnet pools."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table

from hawser.server.model.caller import Caller
from hawser.server.model.subnetpool import SubnetPool
from hawser.server.store.session import Transaction
from hawser.server.store.tables import rbac
from hawser.server.store.tables.columns import METADATA, AsList, owned_columns, tags_column
from hawser.server.store.tables.rbac import sharing_columns
from hawser.server.store.tables.records import Records, Where

NOUN = "subnetpool"
"""The kind of thing that an RBAC policy calls it."""

subnet_pool_table = Table(
    "subnetpools",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("name", String(255), nullable=False, index=True),
    *sharing_columns(),
    Column("ip_version", Integer, nullable=False),
    Column("prefixes", AsList(ip_network), nullable=False),
    Column("min_prefixlen", Integer, nullable=False),
    Column("max_prefixlen", Integer, nullable=False),
    Column("default_prefixlen", Integer, nullable=False),
    Column("default_quota", BigInteger),
    Column("is_default", Boolean, nullable=False),
    Column("default_for", Integer, unique=True),
    Column("address_scope_id", ForeignKey("address_scopes.id"), index=True),
)
"""``default_for`` is the IP version whose default pool it is: there is one at most."""


def subnet_pool_column() -> Column[Any]:
    """The pool that a subnet comes from."""
    return Column("subnetpool_id", ForeignKey("subnetpools.id"), index=True)


def default_columns(ip_version: int, is_default: bool) -> dict[str, Any]:
    """The columns that say whether it is the default pool of its version."""
    return {"is_default": is_default, "default_for": ip_version if is_default else None}


def _row(pool: SubnetPool) -> dict[str, Any]:
    kept = (column.name for column in subnet_pool_table.c if column.name != "default_for")
    return {name: getattr(pool, name) for name in kept} | default_columns(pool.ip_version, pool.is_default)


subnet_pools: Records[SubnetPool] = Records(
    "subnetpools",
    subnet_pool_table,
    build=lambda tx, fields: SubnetPool(**fields),
    row=_row,
    hidden=("default_for",),
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on pools that this caller sees."""
    return rbac.visible(caller, NOUN, subnet_pool_table)


def default_for(tx: Transaction, ip_version: int) -> SubnetPool | None:
    """The default pool of an IP version, where there is one."""
    found = subnet_pools.find(tx, subnet_pool_table.c.default_for == ip_version)
    return found[0] if found else None
