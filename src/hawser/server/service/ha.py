"""The HA networks of a project, and the virtual router ids on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from sqlalchemy import or_, select

from hawser.server.allocate import numbers
from hawser.server.model.network import HA_NETWORK_NAME, Network, NewNetwork
from hawser.server.model.subnet import NewSubnet
from hawser.server.model.unset import UNSET
from hawser.server.service import network as network_service
from hawser.server.service import segment
from hawser.server.service import subnet as subnet_service
from hawser.server.store.session import Transaction
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.router import router_table
from hawser.wire.intent import NetworkType

FIRST_VRID = numbers.VRIDS[0][0]


def place_for(tx: Transaction, project_id: str) -> tuple[Network, int]:
    """An HA network of the project, and a virtual router id that no router on it has.

    The network is made with the first HA router, and a further one whenever all are full: a virtual router id has
    eight bits. The project sees none of them.
    """
    found = {network.ha_project_id or "": network for network in _networks(tx, project_id)}
    taken = _taken(tx, [network.id for network in found.values()])
    for network in found.values():
        vrid = numbers.lowest_free(numbers.VRIDS, taken[network.id])
        if vrid is not None:
            return network, vrid
    return _make(tx, project_id, next(key for key in _keys(project_id) if key not in found)), FIRST_VRID


def drop_if_last(tx: Transaction, network_id: str) -> None:
    """Remove an HA network when no router needs it any more."""
    needing = select(router_table.c.id).where(router_table.c.ha_network_id == network_id).limit(1)
    network = networks.get(tx, network_id)
    if network is not None and tx.execute(needing).first() is None:
        network_service.remove(tx, network)


def _networks(tx: Transaction, project_id: str) -> list[Network]:
    """The project's HA networks, the oldest first."""
    column = network_table.c.ha_project_id
    further = column.startswith(f"{project_id}/", autoescape=True)
    found = networks.find(tx, or_(column == project_id, further))
    return sorted(found, key=lambda network: (network.created_at, network.ha_project_id))


def _keys(project_id: str) -> Iterator[str]:
    """By what its HA networks are known as the project's: each is there once, however many ask at a time."""
    yield project_id
    yield from (f"{project_id}/{number}" for number in count(2))


def _taken(tx: Transaction, network_ids: Sequence[str]) -> Mapping[str, set[int]]:
    """The virtual router ids that are used, by HA network."""
    columns = router_table.c
    taken: dict[str, set[int]] = defaultdict(set)
    rows = tx.execute(
        select(columns.ha_network_id, columns.vrid).where(columns.ha_network_id.in_(network_ids))
    )
    for network_id, vrid in rows:
        taken[network_id].add(vrid)
    return taken


def _make(tx: Transaction, project_id: str, key: str) -> Network:
    settings = tx.settings
    draft = NewNetwork(
        project_id="",
        name=HA_NETWORK_NAME.format(project_id=project_id),
        port_security_enabled=False,
        network_type=NetworkType(settings.l3_ha_network_type) if settings.l3_ha_network_type else UNSET,
        physical_network=settings.l3_ha_network_physical_name or UNSET,
    )
    network = network_service.make(tx, draft, segment.choose(tx, draft), ha_project_id=key)
    subnet = NewSubnet(
        project_id="",
        network_id=network.id,
        cidr=settings.l3_ha_net_cidr,
        name=f"HA subnet tenant {project_id}",
        gateway_ip=None,
        enable_dhcp=False,
    )
    subnet_service.make(tx, network, subnet)
    return network
