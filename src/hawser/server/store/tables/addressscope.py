"""Address scopes."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from hawser.server.model.addressscope import AddressScope
from hawser.server.model.caller import Caller
from hawser.server.store.tables import rbac
from hawser.server.store.tables.columns import METADATA, owned_columns
from hawser.server.store.tables.rbac import sharing_columns
from hawser.server.store.tables.records import Records, Where

NOUN = "address_scope"
"""The kind of thing that an RBAC policy calls it."""

address_scope_table = Table(
    "address_scopes",
    METADATA,
    *owned_columns(),
    Column("name", String(255), nullable=False, index=True),
    Column("ip_version", Integer, nullable=False),
    *sharing_columns(),
)

address_scopes: Records[AddressScope] = Records(
    "address_scopes", address_scope_table, build=lambda tx, fields: AddressScope(**fields)
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on scopes that this caller sees."""
    return rbac.visible(caller, NOUN, address_scope_table)
