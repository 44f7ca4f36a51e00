"""Auto-allocated topologies: a network, subnets and a router with a gateway, for a project that asks for any."""

from __future__ import annotations

from collections.abc import Sequence

from hawser.base.errors import BadInput, Conflict, Forbidden
from hawser.server.model.caller import SYSTEM, Caller
from hawser.server.model.network import Network, NewNetwork
from hawser.server.model.router import NewRouter, Router, WantedGateway
from hawser.server.model.subnet import NewSubnet, Subnet
from hawser.server.model.subnetpool import SubnetPool
from hawser.server.model.topology import Topology
from hawser.server.service import interface, quota, segment
from hawser.server.service import network as network_service
from hawser.server.service import router as router_service
from hawser.server.service import subnet as subnet_service
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import subnetpool as pools
from hawser.server.store.tables import topology as rows
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.router import routers

_NAME = "auto_allocated_{}"


def allocate(store: Store, caller: Caller, project_id: str) -> Topology:
    """The project's; it is made where there is none, however many ask at once.

    `Conflict` (AutoAllocationFailure) where it cannot be made; nothing of it is left then.
    """
    _check_own(caller, project_id)
    with store.read() as tx:
        found = rows.of_project(tx, project_id)
    if found is not None:
        return found
    with store.write() as tx:
        return rows.of_project(tx, project_id) or _build(tx, project_id)


def check(store: Store, caller: Caller, project_id: str) -> None:
    """`Conflict` (AutoAllocationFailure) where this cloud lacks what every topology needs."""
    _check_own(caller, project_id)
    with store.read() as tx:
        _needs(tx)


def delete(store: Store, caller: Caller, project_id: str) -> None:
    """Remove the project's with all that was made for it. `Conflict` while something else uses it."""
    _check_own(caller, project_id)
    with store.write() as tx:
        topology = rows.of_project(tx, project_id)
        if topology is None:
            return
        router = routers.get(tx, topology.router_id) if topology.router_id else None
        if router is not None:
            _remove_router(tx, router)
        rows.remove(tx, project_id)
        network = networks.get(tx, topology.network_id)
        if network is not None:
            network_service.end(tx, network)


def _check_own(caller: Caller, project_id: str) -> None:
    if not caller.owns(project_id):
        raise Forbidden("Only an administrator may do this for another project.", "NotAuthorized")


def _needs(tx: Transaction) -> tuple[Network, Sequence[SubnetPool]]:
    """The default external network, and the default pools."""
    external = network_service.default_external(tx)
    if external is None:
        raise _failure("No default router:external network")
    found = [pool for version in (4, 6) if (pool := pools.default_for(tx, version)) is not None]
    if not found:
        raise _failure("No default pools defined")
    return external, found


def _build(tx: Transaction, project_id: str) -> Topology:
    external, found = _needs(tx)
    try:
        quota.demand(tx, "network", [project_id])
        quota.demand(tx, "subnet", [project_id] * len(found))
        quota.demand(tx, "router", [project_id])
        network = _network(tx, project_id)
        made = [_subnet(tx, networks.get(tx, network.id) or network, pool) for pool in found]
        router = _router(tx, project_id, external, made)
    except (BadInput, Conflict) as error:
        raise _failure(error.message.rstrip(".")) from error
    topology = Topology(project_id, network.id, router.id)
    rows.add(tx, topology)
    return topology


def _network(tx: Transaction, project_id: str) -> Network:
    draft = NewNetwork(project_id, name=_NAME.format("network"))
    return network_service.make(tx, draft, segment.choose(tx, draft))


def _subnet(tx: Transaction, network: Network, pool: SubnetPool) -> Subnet:
    mode = "slaac" if pool.ip_version == 6 and pool.default_prefixlen == 64 else None
    draft = NewSubnet(
        network.project_id,
        network.id,
        name=_NAME.format(f"subnet_v{pool.ip_version}"),
        subnetpool_id=pool.id,
        ipv6_ra_mode=mode,
        ipv6_address_mode=mode,
    )
    return subnet_service.make(tx, network, draft, pool)


def _router(tx: Transaction, project_id: str, external: Network, made: Sequence[Subnet]) -> Router:
    draft = NewRouter(project_id, name=_NAME.format("router"), gateway=WantedGateway(external.id))
    router = router_service.make(tx, SYSTEM, draft)
    for subnet in made:
        interface.add_subnet(tx, SYSTEM, router, subnet.id)
    return router


def _remove_router(tx: Transaction, router: Router) -> None:
    for port in interface.of_router(tx, router.id):
        interface.remove_port(tx, router, port.id, None)
    router_service.remove(tx, SYSTEM, router)


def _failure(reason: str) -> Conflict:
    return Conflict(f"Deployment error: {reason}.", "AutoAllocationFailure")
