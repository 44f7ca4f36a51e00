"""Address groups: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import address_group

from hawser.base.addresses import Network
from hawser.base.errors import BadInput
from hawser.server.api.attributes import Values, read_only, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    Field,
    Shown,
    boolean,
    fields,
    given,
    network,
    standard,
)
from hawser.server.model.addressgroup import AddressGroup, AddressGroupChanges, NewAddressGroup

ATTRIBUTES = table(
    "address_group",
    "address_groups",
    (address_group,),
    STANDARD | {"shared": read_only()},
)
FIELDS: Mapping[str, Field] = {**STANDARD_FIELDS, **fields(str, "name"), **fields(boolean, "shared")}


def new(values: Values, project_id: str) -> NewAddressGroup:
    """What a create asks for."""
    return NewAddressGroup(
        project_id=project_id,
        addresses=addresses(values.get("addresses", [])),
        **given(values, "name", "description"),
    )


def changes(values: Values) -> AddressGroupChanges:
    """What an update asks for."""
    return AddressGroupChanges(**given(values, "name", "description"))


def addresses(value: Any) -> tuple[Network, ...]:
    """A list of addresses and CIDRs as networks; `BadInput` where it holds another thing."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadInput("addresses", "it must be a list of addresses and CIDRs")
    return tuple(network("addresses", each) for each in value)


def view(group: AddressGroup) -> Shown:
    """What a response shows."""
    return standard(group) | {"name": group.name, "addresses": [str(each) for each in group.addresses]}
