"""Address scopes: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping

from neutron_lib.api.definitions import address_scope

from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    Field,
    Shown,
    boolean,
    fields,
    given,
    standard,
)
from hawser.server.model.addressscope import AddressScope, AddressScopeChanges, NewAddressScope

ATTRIBUTES = table("address_scope", "address_scopes", (address_scope,), STANDARD)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name"),
    **fields(int, "ip_version"),
    **fields(boolean, "shared"),
}


def new(values: Values, project_id: str) -> NewAddressScope:
    """What a create asks for."""
    return NewAddressScope(
        project_id=project_id, **given(values, "name", "description", "ip_version", "shared")
    )


def changes(values: Values) -> AddressScopeChanges:
    """What an update asks for."""
    return AddressScopeChanges(**given(values, "name", "description", "shared"))


def view(scope: AddressScope) -> Shown:
    """What a response shows."""
    return standard(scope) | {"name": scope.name, "ip_version": scope.ip_version, "shared": scope.shared}
