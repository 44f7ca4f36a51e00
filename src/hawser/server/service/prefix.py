"""Which block of addresses a new subnet gets: the one that it names, or a free one of a subnet pool."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hawser.base.addresses import Network as Cidr
from hawser.base.errors import BadInput, Conflict, NoMoreRoom
from hawser.server.allocate import prefixes
from hawser.server.model import poolrules, rbac
from hawser.server.model.caller import Caller
from hawser.server.model.subnet import NewSubnet, Subnet
from hawser.server.model.subnetpool import SubnetPool
from hawser.server.model.unset import UNSET
from hawser.server.service import access
from hawser.server.store.session import Transaction
from hawser.server.store.tables import subnetpool as rows
from hawser.server.store.tables.subnet import subnet_table
from hawser.server.store.tables.subnetpool import subnet_pool_table

_DELEGATED = "prefix_delegation"
"""What a caller says instead of a pool's id for prefixes that a router outside hands out."""


def pool_of(tx: Transaction, caller: Caller, draft: NewSubnet) -> SubnetPool | None:
    """The pool that a subnet shall come from; None where its block is the caller's own."""
    if draft.subnetpool_id == _DELEGATED:
        raise BadInput(
            "subnetpool_id", "prefixes are not delegated here", "Name a subnet pool, or give a cidr."
        )
    if draft.subnetpool_id and draft.use_default_subnetpool:
        raise _bad("use_default_subnetpool", "subnetpool_id is said, too")
    if draft.subnetpool_id:
        return access.seen_subnet_pool(tx, caller, draft.subnetpool_id)
    return _default(tx, caller, draft) if draft.use_default_subnetpool else None


def choose(tx: Transaction, draft: NewSubnet, pool: SubnetPool | None) -> Cidr:
    """The block of a new subnet. `NoMoreRoom` where the pool has none left, `Conflict` over a quota."""
    if draft.cidr is not UNSET and draft.prefixlen is not UNSET:
        raise _bad("prefixlen", "cidr is said, too")
    if pool is None:
        if draft.cidr is UNSET:
            raise _bad("cidr", "a subnetpool must be specified in the absence of a cidr")
        return draft.cidr
    if draft.ip_version not in (None, pool.ip_version):
        raise _bad("ip_version", f"subnet pool {pool.id} is of IPv{pool.ip_version}")
    cidr = _cut_out(tx, draft, pool)
    _check_quota(tx, draft, pool, cidr)
    return cidr


def check_affinity(
    tx: Transaction, neighbours: Iterable[Subnet], ip_version: int, pool: SubnetPool | None
) -> None:
    """The subnets of a network of one IP version come from one pool, or from pools of one address scope.

    ``neighbours`` are the network's subnets. `BadInput` (NetworkSubnetPoolAffinityError,
    NetworkAddressScopeAffinityError) where they would not.
    """
    pool_id = pool.id if pool else None
    others = {each.subnetpool_id for each in neighbours if each.cidr.version == ip_version} - {pool_id}
    if not others:
        return
    ids = [each for each in others if each is not None]
    statement = select(subnet_pool_table.c.address_scope_id).where(subnet_pool_table.c.id.in_(ids))
    scopes = set(tx.execute(statement).scalars())
    if any(scopes):
        if pool is None or scopes != {pool.address_scope_id}:
            raise scopes_differ()
        if None not in others:
            return
    raise BadInput(
        "subnetpool_id",
        "subnets hosted on the same network must be allocated from the same subnet pool",
        kind="NetworkSubnetPoolAffinityError",
    )


def scopes_differ() -> BadInput:
    """The error where the subnets of a network would be of several address scopes."""
    return BadInput(
        "subnetpool_id",
        "subnets of one IP version hosted on the same network must be of the same address scope",
        kind="NetworkAddressScopeAffinityError",
    )


def _default(tx: Transaction, caller: Caller, draft: NewSubnet) -> SubnetPool:
    version = draft.ip_version if draft.cidr is UNSET else draft.cidr.version
    if version is None:
        raise _bad("ip_version", "it must be specified in the absence of cidr and subnetpool_id")
    pool = rows.default_for(tx, version)
    if pool is None or not rbac.sees(caller, pool):
        raise _bad("use_default_subnetpool", f"no default subnetpool found for IPv{version}")
    return pool


def _cut_out(tx: Transaction, draft: NewSubnet, pool: SubnetPool) -> Cidr:
    if draft.cidr is not UNSET:
        return _said(tx, draft.cidr, pool)
    if draft.pools is not UNSET:
        raise _bad("allocation_pools", "they can be said only together with a cidr")
    length = pool.default_prefixlen if draft.prefixlen is UNSET else draft.prefixlen
    poolrules.check_length(pool, length)
    found = prefixes.lowest_free(pool.prefixes, taken(tx, pool.id), length)
    if found is None:
        raise NoMoreRoom(
            f"Failed to allocate subnet: Insufficient prefix space to allocate subnet size /{length}.",
            "SubnetAllocationError",
        )
    return found


def _said(tx: Transaction, cidr: Cidr, pool: SubnetPool) -> Cidr:
    if cidr.version != pool.ip_version:
        raise _bad("cidr", f"subnet pool {pool.id} is of IPv{pool.ip_version}")
    poolrules.check_length(pool, cidr.prefixlen)
    if not poolrules.cover(pool.prefixes, cidr) or poolrules.overlap([cidr], taken(tx, pool.id)):
        raise Conflict(
            "Failed to allocate subnet: Cannot allocate requested subnet from the available set of prefixes.",
            "SubnetAllocationError",
        )
    return cidr


def taken(tx: Transaction, pool_id: str, project_id: str | None = None) -> list[Cidr]:
    """The blocks that were cut out of a pool, for all projects or for one."""
    columns = subnet_table.c
    statement = select(columns.cidr).where(columns.subnetpool_id == pool_id)
    if project_id is not None:
        statement = statement.where(columns.project_id == project_id)
    return list(tx.execute(statement).scalars())


def _check_quota(tx: Transaction, draft: NewSubnet, pool: SubnetPool, cidr: Cidr) -> None:
    if not pool.default_quota:
        return
    used = sum(poolrules.units(each) for each in taken(tx, pool.id, draft.project_id))
    if used + poolrules.units(cidr) > pool.default_quota:
        raise Conflict(
            f"Per-project subnet pool prefix quota exceeded: {pool.default_quota} of subnet pool {pool.id}.",
            "SubnetPoolQuotaExceeded",
        )


def _bad(field: str, wrong: str) -> BadInput:
    return BadInput(field, wrong, kind="BadRequest")
