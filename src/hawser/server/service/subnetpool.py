"""Subnet pools: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from hawser.base.addresses import Network as Cidr
from hawser.base.errors import BadInput, Conflict
from hawser.server.model import poolrules
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.rbac import as_seen
from hawser.server.model.subnet import Subnet
from hawser.server.model.subnetpool import NewSubnetPool, SubnetPool, SubnetPoolChanges
from hawser.server.model.unset import UNSET, given
from hawser.server.service import access, prefix, quota, sharing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import subnetpool as rows
from hawser.server.store.tables.addressscope import address_scopes
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.rbac import split_shared
from hawser.server.store.tables.subnet import of_network, subnet_table, subnets
from hawser.server.store.tables.subnetpool import NOUN, subnet_pool_table, subnet_pools


def create_many(store: Store, caller: Caller, drafts: Sequence[NewSubnetPool]) -> list[SubnetPool]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, NOUN, [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> SubnetPool:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return as_seen(caller, access.seen_subnet_pool(tx, caller, id))


def search(store: Store, caller: Caller, filters: Filters) -> list[SubnetPool]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        filters, shared = split_shared(caller, NOUN, subnet_pool_table, filters)
        found = subnet_pools.find(tx, *rows.visible(caller), *shared, filters=filters)
        return [as_seen(caller, pool) for pool in found]


def update(store: Store, caller: Caller, id: str, changes: SubnetPoolChanges) -> SubnetPool:
    """Change what is said in ``changes``. Prefixes can be added so, not taken away."""
    with store.write() as tx:
        old = access.owned_subnet_pool(tx, caller, id)
        if changes.prefixes is not UNSET:
            _check_kept(old, changes.prefixes)
        _put(tx, caller, old, _changed(old, changes))
        return as_seen(caller, access.seen_subnet_pool(tx, caller, id))


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `BadInput` (SubnetPoolDeleteError) while subnets are of it."""
    with store.write() as tx:
        pool = access.owned_subnet_pool(tx, caller, id)
        if prefix.taken(tx, id):
            raise BadInput("subnetpool", "it has existing allocations", kind="SubnetPoolDeleteError")
        subnet_pools.remove(tx, id)
        if pool.shared or pool.shared_with:
            sharing.forget(tx, NOUN, id)


def add_prefixes(store: Store, caller: Caller, id: str, more: Sequence[Cidr]) -> tuple[Cidr, ...]:
    """Add address space to a pool; gives all that it has then."""
    with store.write() as tx:
        old = access.owned_subnet_pool(tx, caller, id)
        poolrules.version([*old.prefixes, *more])
        return _put(
            tx, caller, old, replace(old, prefixes=poolrules.compact([*old.prefixes, *more]))
        ).prefixes


def remove_prefixes(store: Store, caller: Caller, id: str, less: Sequence[Cidr]) -> tuple[Cidr, ...]:
    """Take address space out of a pool that no subnet has; gives all that is left."""
    with store.write() as tx:
        old = access.owned_subnet_pool(tx, caller, id)
        poolrules.version([*old.prefixes, *less])
        if poolrules.overlap(prefix.taken(tx, id), less):
            raise _illegal("a subnet of the pool has addresses of what shall be removed")
        left = poolrules.without(old.prefixes, less)
        if not left:
            raise BadInput("prefixes", "none would be left", kind="EmptySubnetPoolPrefixList")
        return _put(tx, caller, old, replace(old, prefixes=left)).prefixes


def onboard(store: Store, caller: Caller, id: str, network_id: str) -> list[Subnet]:
    """Take a network's subnets of the pool's IP version into the pool, as if they had been cut out of it; gives
    these. `BadInput` (IllegalSubnetPoolUpdate) where a subnet of the pool has some of their addresses."""
    with store.write() as tx:
        pool = access.owned_subnet_pool(tx, caller, id)
        network = access.owned_network(tx, caller, network_id)
        found = [each for each in of_network(tx, network) if each.cidr.version == pool.ip_version]
        cidrs = [each.cidr for each in found]
        if poolrules.overlap(cidrs, prefix.taken(tx, id)):
            raise BadInput(
                "network_id",
                f"network {network_id} has addresses that a subnet of subnet pool {id} has",
                kind="IllegalSubnetPoolUpdate",
            )
        _put(tx, caller, pool, replace(pool, prefixes=poolrules.compact([*pool.prefixes, *cidrs])))
        for each in found:
            subnets.change(tx, each.id, subnetpool_id=id)
        networks.change(tx, network_id)
        return found


def _make(tx: Transaction, caller: Caller, draft: NewSubnetPool) -> SubnetPool:
    pool = _new(tx, draft)
    poolrules.check_bounds(pool)
    if pool.is_default:
        _check_no_default(tx, pool.ip_version)
    if pool.address_scope_id is not None:
        _check_scope(tx, caller, pool, pool.address_scope_id)
    subnet_pools.add(tx, pool)
    if pool.shared:
        sharing.open_to_all(tx, NOUN, pool.id, pool.project_id)
    return pool


def _new(tx: Transaction, draft: NewSubnetPool) -> SubnetPool:
    ip_version = poolrules.version(draft.prefixes)
    shortest = given(draft.min_prefixlen, poolrules.SHORTEST[ip_version])
    return SubnetPool(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        ip_version=ip_version,
        prefixes=poolrules.compact(draft.prefixes),
        min_prefixlen=shortest,
        max_prefixlen=given(draft.max_prefixlen, poolrules.LONGEST[ip_version]),
        default_prefixlen=given(draft.default_prefixlen, shortest),
        default_quota=draft.default_quota,
        is_default=draft.is_default,
        address_scope_id=draft.address_scope_id,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        shared=draft.shared,
    )


def _changed(old: SubnetPool, changes: SubnetPoolChanges) -> SubnetPool:
    new = replace(old, **said(changes))
    return replace(new, prefixes=poolrules.compact(new.prefixes))


def _put(tx: Transaction, caller: Caller, old: SubnetPool, new: SubnetPool) -> SubnetPool:
    """Check what a pool shall be instead of what it is, and write it."""
    poolrules.check_bounds(new)
    if new.is_default and not old.is_default:
        _check_no_default(tx, new.ip_version)
    if old.address_scope_id is not None:
        _check_scope_own(tx, caller, old, old.address_scope_id)
    if new.address_scope_id is not None:
        _check_scope(tx, caller, new, new.address_scope_id)
    if new.address_scope_id != old.address_scope_id:
        _check_networks(tx, new)
        _touch_networks(tx, new.id)
    names = SubnetPoolChanges.__dataclass_fields__
    changed = {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}
    subnet_pools.change(tx, old.id, **changed | rows.default_columns(new.ip_version, new.is_default))
    return new


def _check_kept(old: SubnetPool, wanted: Sequence[Cidr]) -> None:
    poolrules.version([*old.prefixes, *wanted])
    if not wanted or poolrules.without(old.prefixes, wanted):
        raise _illegal("the present prefixes must be among the new ones, or within them")


def _check_no_default(tx: Transaction, ip_version: int) -> None:
    if rows.default_for(tx, ip_version) is not None:
        raise BadInput("is_default", f"there is a default subnet pool of IPv{ip_version} already")


def _check_scope_own(tx: Transaction, caller: Caller, pool: SubnetPool, scope_id: str) -> None:
    """The space of a scope that others made is theirs to know: a pool in it stays as it is."""
    scope = address_scopes.get(tx, scope_id)
    if scope is not None and not caller.owns(scope.project_id):
        raise BadInput(
            "subnetpool",
            f"subnet pool {pool.id} is of address scope {scope_id} of another project, and stays as it is",
            kind="IllegalSubnetPoolUpdate",
        )


def _check_scope(tx: Transaction, caller: Caller, pool: SubnetPool, scope_id: str) -> None:
    """The pool may be of the scope: of its IP version, and apart from the others there."""
    scope = access.seen_address_scope(tx, caller, scope_id)
    if scope.ip_version != pool.ip_version:
        raise BadInput(
            "address_scope_id",
            f"address scope {scope_id} is of IPv{scope.ip_version}, subnet pool {pool.id} is not",
            kind="IllegalSubnetPoolIpVersionAssociationToAddressScope",
        )
    columns = subnet_pool_table.c
    others = select(columns.prefixes).where(columns.address_scope_id == scope_id, columns.id != pool.id)
    for prefixes in tx.execute(others).scalars():
        if poolrules.overlap(pool.prefixes, prefixes):
            raise Conflict(
                "Failed to associate address scope: subnetpools within an address scope must have unique "
                "prefixes.",
                "AddressScopePrefixConflict",
            )


def _check_networks(tx: Transaction, pool: SubnetPool) -> None:
    """No network with subnets of the pool has subnets of this IP version that are of another scope."""
    columns = subnet_table.c
    of_pool = select(columns.network_id).where(columns.subnetpool_id == pool.id)
    others = (
        select(subnet_pool_table.c.address_scope_id)
        .join(subnet_table, columns.subnetpool_id == subnet_pool_table.c.id)
        .where(
            columns.network_id.in_(of_pool),
            subnet_pool_table.c.id != pool.id,
            subnet_pool_table.c.ip_version == pool.ip_version,
        )
    )
    if any(each != pool.address_scope_id for each in tx.execute(others).scalars()):
        raise prefix.scopes_differ()


def _touch_networks(tx: Transaction, pool_id: str) -> None:
    """Note that the networks with subnets of the pool are of another address scope."""
    columns = subnet_table.c
    of_pool = select(columns.network_id).where(columns.subnetpool_id == pool_id).distinct()
    for network_id in tx.execute(of_pool).scalars().all():
        networks.change(tx, network_id)


def _illegal(wrong: str) -> BadInput:
    return BadInput("prefixes", wrong, kind="IllegalSubnetPoolPrefixUpdate")
