"""Address groups."""

from __future__ import annotations

from ipaddress import ip_network

from sqlalchemy import Column, String, Table

from hawser.server.model.addressgroup import AddressGroup
from hawser.server.model.caller import Caller
from hawser.server.store.tables import rbac
from hawser.server.store.tables.columns import METADATA, AsList, owned_columns
from hawser.server.store.tables.records import Records, Where

address_group_table = Table(
    "address_groups",
    METADATA,
    *owned_columns(),
    Column("name", String(255), nullable=False, index=True),
    Column("addresses", AsList(ip_network), nullable=False),
    *rbac.sharing_columns(),
)

address_groups: Records[AddressGroup] = Records(
    "address_groups", address_group_table, build=lambda tx, fields: AddressGroup(**fields)
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on address groups that this caller sees: its own, and those shared with its project."""
    return rbac.visible(caller, "address_group", address_group_table)
