"""The HA network of a project, and the virtual router ids on it."""

from __future__ import annotations

from sqlalchemy import select

from hawser.base.errors import NoMoreRoom
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


def network_for(tx: Transaction, project_id: str) -> Network:
    """The project's HA network; it is made with the first HA router. The project does not see it."""
    found = networks.find(tx, network_table.c.ha_project_id == project_id)
    return found[0] if found else _make(tx, project_id)


def drop_if_last(tx: Transaction, network_id: str) -> None:
    """Remove an HA network when no router needs it any more."""
    needing = select(router_table.c.id).where(router_table.c.ha_network_id == network_id).limit(1)
    network = networks.get(tx, network_id)
    if network is not None and tx.execute(needing).first() is None:
        network_service.remove(tx, network)


def free_vrid(tx: Transaction, network: Network) -> int:
    """A virtual router id that no router of the HA network has. `NoMoreRoom` when all are used."""
    columns = router_table.c
    taken = {row[0] for row in tx.execute(select(columns.vrid).where(columns.ha_network_id == network.id))}
    vrid = numbers.lowest_free(numbers.VRIDS, taken)
    if vrid is None:
        raise NoMoreRoom(
            f"No more virtual router ids are available in HA network {network.id}: "
            f"a project can have {numbers.VRIDS[0][1]} HA routers.",
            "NoVRIDAvailable",
        )
    return vrid


def _make(tx: Transaction, project_id: str) -> Network:
    settings = tx.settings
    draft = NewNetwork(
        project_id="",
        name=HA_NETWORK_NAME.format(project_id=project_id),
        port_security_enabled=False,
        network_type=NetworkType(settings.l3_ha_network_type) if settings.l3_ha_network_type else UNSET,
        physical_network=settings.l3_ha_network_physical_name or UNSET,
    )
    network = network_service.make(tx, draft, segment.choose(tx, draft), ha_project_id=project_id)
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
