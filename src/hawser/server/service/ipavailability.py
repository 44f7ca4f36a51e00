"""How many addresses networks have left: the use cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, select, true

from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters, Scalar
from hawser.server.model.ipavailability import NetworkIpAvailability, SubnetIpAvailability
from hawser.server.model.network import Network
from hawser.server.model.subnet import Subnet
from hawser.server.service import access
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import network as rows
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import fixed_ip_table
from hawser.server.store.tables.subnet import subnet_table, subnets

_VERSION = "ip_version"
_MOST_NAMED = 1000
"""Networks that a statement names; where there are more, it reads what all networks have."""


def get(store: Store, caller: Caller, network_id: str) -> NetworkIpAvailability:
    """Of one network. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return _of(tx, [access.seen_network(tx, caller, network_id)])[0]


def search(store: Store, caller: Caller, filters: Filters) -> list[NetworkIpAvailability]:
    """Of the networks that the caller sees and the filters match; ``ip_version`` among these is of subnets."""
    versions = {value for name, values in filters.where if name == _VERSION for value in values}
    of_networks = tuple(each for each in filters.where if each[0] != _VERSION)
    with store.read() as tx:
        found = networks.find(tx, *rows.visible(caller), filters=replace(filters, where=of_networks))
        return _of(tx, found, versions)


def _of(
    tx: Transaction, found: Sequence[Network], versions: Collection[Scalar] = ()
) -> list[NetworkIpAvailability]:
    of_network: dict[str, list[Subnet]] = defaultdict(list)
    ids = [network.id for network in found]
    for subnet in subnets.find(tx, _on(ids)):
        if not versions or subnet.cidr.version in versions:
            of_network[subnet.network_id].append(subnet)
    used = _used(tx, ids)
    return [
        NetworkIpAvailability(
            network.id,
            network.name,
            network.project_id,
            tuple(_counted(subnet, used) for subnet in of_network[network.id]),
        )
        for network in found
    ]


def _counted(subnet: Subnet, used: Mapping[str, int]) -> SubnetIpAvailability:
    total = sum(int(pool.last) - int(pool.first) + 1 for pool in subnet.pools)
    whole = subnet.cidr.num_addresses
    return SubnetIpAvailability(
        subnet.id, subnet.name, subnet.cidr, total if subnet.pools else whole, used.get(subnet.id, 0)
    )


def _on(network_ids: Sequence[str]) -> ColumnElement[bool]:
    """The condition on subnets that they are of these networks, or at least of any."""
    return subnet_table.c.network_id.in_(network_ids) if len(network_ids) <= _MOST_NAMED else true()


def _used(tx: Transaction, network_ids: Sequence[str]) -> Mapping[str, int]:
    """How many addresses ports have, by subnet."""
    columns = fixed_ip_table.c
    counted = (
        select(columns.subnet_id, func.count())
        .join(subnet_table, subnet_table.c.id == columns.subnet_id)
        .where(_on(network_ids))
        .group_by(columns.subnet_id)
    )
    return {row[0]: row[1] for row in tx.execute(counted)}
