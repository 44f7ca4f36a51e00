"""Routers: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.agent import L3
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.router import ExtraRoute, NewRouter, Router, RouterChanges, RouterInterface
from hawser.server.model.unset import UNSET, given
from hawser.server.service import access, availabilityzone, flavor, gateway, ha, hosting, interface, quota
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import router as rows
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.router import routers


def create(store: Store, caller: Caller, draft: NewRouter) -> Router:
    """Make one and place it. An HA router brings the project's HA network, if it is the first, and ports on it.

    `Conflict` (HANotEnoughAvailableAgents) where fewer L3 agents are alive than an HA router needs.
    """
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewRouter]) -> list[Router]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "router", [draft.project_id for draft in drafts])
        return [make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> Router:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return access.owned_router(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Router]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return routers.find(tx, *rows.visible(caller), filters=filters)


def update(store: Store, caller: Caller, id: str, changes: RouterChanges) -> Router:
    """Change what is said in ``changes``.

    ``ha`` and ``distributed`` change only while the router is administratively down; so it may become at once.
    """
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        _check_kind(router, changes)
        routers.change(tx, id, **said(changes, "ha", "gateway", "routes"))
        if changes.ha is not UNSET and changes.ha != router.ha:
            router = _switch(tx, router, changes.ha)
        if changes.gateway is not UNSET:
            gateway.apply(tx, caller, router, changes.gateway)
        if changes.routes is not UNSET:
            _set_routes(tx, router, changes.routes)
        return access.owned_router(tx, caller, id)


def add_routes(store: Store, caller: Caller, id: str, more: tuple[ExtraRoute, ...]) -> Router:
    """Give it these routes too; those that it has already stay as they are."""
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        new = tuple(route for route in more if route not in router.routes)
        if new:
            _set_routes(tx, router, (*router.routes, *new))
        return access.owned_router(tx, caller, id)


def remove_routes(store: Store, caller: Caller, id: str, fewer: tuple[ExtraRoute, ...]) -> Router:
    """Take these routes away; those that it does not have are no error."""
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        left = tuple(route for route in router.routes if route not in fewer)
        if left != router.routes:
            routers.change(tx, id, routes=left)
        return access.owned_router(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it with its gateway. `Conflict` (RouterInUse) while it has interfaces.

    With a project's last HA router its HA network goes too.
    """
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        if interface.of_router(tx, id):
            raise Conflict(f"Router {id} still has ports. Remove its interfaces first.", "RouterInUse")
        remove(tx, caller, router)


def remove(tx: Transaction, caller: Caller, router: Router) -> None:
    """Remove a router without interfaces, in a transaction that is under way."""
    gateway.apply(tx, caller, router, None)
    hosting.release(tx, router)
    routers.remove(tx, router.id)
    if router.ha_network_id is not None:
        ha.drop_if_last(tx, router.ha_network_id)


def add_interface(
    store: Store, caller: Caller, id: str, *, subnet_id: str | None = None, port_id: str | None = None
) -> RouterInterface:
    """Join a subnet (at its gateway address) or a port that nobody uses; exactly one of them is said."""
    if (subnet_id is None) == (port_id is None):
        raise BadInput("subnet_id", "one of subnet_id and port_id is to be said", kind="BadRequest")
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        routers.change(tx, id)
        if subnet_id is not None:
            return interface.add_subnet(tx, caller, router, subnet_id)
        return interface.add_port(tx, caller, router, str(port_id))


def remove_interface(
    store: Store, caller: Caller, id: str, *, subnet_id: str | None = None, port_id: str | None = None
) -> RouterInterface:
    """Part a subnet or a port from the router; the port goes when no subnet is left on it."""
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        routers.change(tx, id)
        if port_id is not None:
            return interface.remove_port(tx, router, port_id, subnet_id)
        if subnet_id is not None:
            return interface.remove_subnet(tx, router, subnet_id)
    raise BadInput("subnet_id", "neither subnet_id nor port_id is said", kind="BadRequest")


def make(tx: Transaction, caller: Caller, draft: NewRouter) -> Router:
    """A new router, in a transaction that is under way."""
    availabilityzone.check(tx, L3, draft.availability_zone_hints)
    mode = flavor.mode(tx, draft)
    router = Router(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        admin_state_up=draft.admin_state_up,
        status="ACTIVE",
        ha=given(mode.ha, tx.settings.l3_ha),
        distributed=given(mode.distributed, tx.settings.router_distributed),
        flavor_id=draft.flavor_id,
        availability_zone_hints=draft.availability_zone_hints,
        gateway=None,
        routes=(),
        vrid=None,
        ha_network_id=None,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if router.ha:
        router = _with_peers(tx, router)
    routers.add(tx, router)
    hosting.place_anew(tx, router)
    if draft.gateway is not None:
        gateway.apply(tx, caller, router, draft.gateway)
    return routers.get(tx, router.id) or router


def _with_peers(tx: Transaction, router: Router) -> Router:
    """The router with its place on an HA network of the project."""
    network, vrid = ha.place_for(tx, router.project_id)
    return replace(router, ha_network_id=network.id, vrid=vrid)


def _switch(tx: Transaction, router: Router, to_ha: bool) -> Router:
    """Make a router highly available, or no longer so; it is placed anew."""
    hosting.release(tx, router)
    bare = replace(router, ha=to_ha, ha_network_id=None, vrid=None)
    switched = _with_peers(tx, bare) if to_ha else bare
    routers.change(tx, router.id, ha=to_ha, ha_network_id=switched.ha_network_id, vrid=switched.vrid)
    for port in interface.of_router(tx, router.id):
        ports.change(tx, port.id, device_owner=interface.owner_of(switched))
    if router.ha_network_id is not None:
        ha.drop_if_last(tx, router.ha_network_id)
    hosting.place_anew(tx, switched)
    hosting.bind(tx, router.id)
    return switched


def _check_kind(router: Router, changes: RouterChanges) -> None:
    """`BadInput` where a router that is of a flavor, or is to be up, is to become another kind of router."""
    for field in ("ha", "distributed"):
        now = getattr(router, field)
        if given(getattr(changes, field), now) == now:
            continue
        if router.flavor_id is not None:
            raise BadInput(field, f"the router is what flavor {router.flavor_id} makes it", kind="BadRequest")
        if given(changes.admin_state_up, router.admin_state_up):
            raise BadInput(field, "the router is up", "Set admin_state_up to false first.", "BadRequest")


def _set_routes(tx: Transaction, router: Router, routes: tuple[ExtraRoute, ...]) -> None:
    """Next hops are neighbours of the router and not itself, no two routes are the same, nor too many."""
    most = tx.settings.max_routes
    if len(routes) > most:
        wrong = f"router {router.id} would have {len(routes)} routes, and {most} is the most"
        raise BadInput("routes", wrong, kind="RoutesExhausted")
    if len(set(routes)) < len(routes):
        raise BadInput("routes", "a route is said twice")
    subnets = interface.connected(tx, router.id)
    own = interface.addresses(tx, router.id) if routes else set()
    for route in routes:
        if route.destination.version != route.nexthop.version:
            raise BadInput("routes", f"{route.destination} and {route.nexthop} are of different versions")
        if not any(route.nexthop in subnet.cidr for subnet in subnets):
            wrong = f"next hop {route.nexthop} is on no subnet that router {router.id} is connected to"
            raise BadInput("routes", wrong, kind="InvalidRoutes")
        if route.nexthop in own:
            raise BadInput("routes", f"next hop {route.nexthop} is the router itself", kind="InvalidRoutes")
    routers.change(tx, router.id, routes=routes)
