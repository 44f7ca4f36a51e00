"""RBAC policies: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from hawser.base.errors import BadInput, Conflict
from hawser.server.model import rbac
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.rbac import NewRbacPolicy, RbacPolicy, RbacPolicyChanges
from hawser.server.model.unset import given
from hawser.server.service import access, quota, sharing
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import rbac as rows
from hawser.server.store.tables import subnetpool
from hawser.server.store.tables.addressscope import address_scopes
from hawser.server.store.tables.rbac import policies, rbac_table
from hawser.server.store.tables.subnetpool import subnet_pools


def create_many(store: Store, caller: Caller, drafts: Sequence[NewRbacPolicy]) -> list[RbacPolicy]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "rbac_policy", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> RbacPolicy:
    """The one with this id. `NotFound` where the caller does not own any."""
    with store.read() as tx:
        return _owned(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[RbacPolicy]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        return policies.find(tx, *rows.policies_visible(caller), filters=filters)


def update(store: Store, caller: Caller, id: str, changes: RbacPolicyChanges) -> RbacPolicy:
    """Have it let another project. `Conflict` (RbacPolicyInUse) while the present one needs it."""
    with store.write() as tx:
        old = _owned(tx, caller, id)
        new = replace(old, target=given(changes.target, old.target))
        if new.target != old.target:
            _check_unique(tx, new)
            _check_scope(tx, new)
            _check_unused(tx, old)
            policies.set(tx, id, target=new.target)
            sharing.keep(tx, old.object_type, old.object_id, old.action)
        return new


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` (RbacPolicyInUse) while a project that it lets needs it."""
    with store.write() as tx:
        old = _owned(tx, caller, id)
        _check_unused(tx, old)
        policies.remove(tx, id)
        sharing.keep(tx, old.object_type, old.object_id, old.action)


def _make(tx: Transaction, caller: Caller, draft: NewRbacPolicy) -> RbacPolicy:
    _check_object(tx, caller, draft)
    policy = RbacPolicy(
        id=str(uuid4()),
        project_id=draft.project_id,
        object_type=draft.object_type,
        object_id=draft.object_id,
        target=draft.target,
        action=draft.action,
    )
    _check_unique(tx, policy)
    _check_scope(tx, policy)
    policies.add(tx, policy)
    sharing.keep(tx, policy.object_type, policy.object_id, policy.action)
    return policy


def _owned(tx: Transaction, caller: Caller, id: str) -> RbacPolicy:
    return access.owned(caller, policies.get(tx, id), "rbac_policy", id)


def _check_object(tx: Transaction, caller: Caller, draft: NewRbacPolicy) -> None:
    """The policy is about a thing of the caller's, and says what can be said of such."""
    kind = sharing.KINDS.get(draft.object_type)
    if kind is None:
        known = ", ".join(sharing.KINDS)
        raise BadInput(
            "object_type", f"'{draft.object_type}' is not a valid RBAC object type", f"Use {known}."
        )
    if draft.action not in kind.users:
        raise BadInput(
            "action",
            f"'{draft.action}' is not valid for object type '{draft.object_type}'",
            f"Use {' or '.join(kind.users)}.",
        )
    thing = kind.records.get(tx, draft.object_id)
    if thing is None or not rbac.sees(caller, thing):
        raise access.missing(draft.object_type, draft.object_id)
    if not caller.owns(thing.project_id):
        raise BadInput("object_id", "only an administrator makes policies for what another project owns")


def _check_unique(tx: Transaction, policy: RbacPolicy) -> None:
    columns = rbac_table.c
    where = [
        columns[name] == getattr(policy, name) for name in ("target", "object_type", "action", "object_id")
    ]
    if tx.execute(select(columns.id).where(*where)).first() is not None:
        raise Conflict("An RBAC policy already exists with those values.", "DuplicateRbacPolicy")


def _check_scope(tx: Transaction, policy: RbacPolicy) -> None:
    """`Conflict` where a subnet pool would be shared with a project that may not use its address scope."""
    pool = subnet_pools.get(tx, policy.object_id) if policy.object_type == subnetpool.NOUN else None
    scope = address_scopes.get(tx, pool.address_scope_id) if pool and pool.address_scope_id else None
    if scope and not scope.shared and policy.target not in (scope.project_id, *scope.shared_with):
        raise Conflict(
            f"Failed to create RBAC policy on object {policy.object_id} because target project doesn't have "
            "access to associated address scope.",
            "RbacPolicyInitError",
        )


def _check_unused(tx: Transaction, policy: RbacPolicy) -> None:
    thing = sharing.KINDS[policy.object_type].records.get(tx, policy.object_id)
    needing = sharing.stranded(tx, policy.object_type, thing, policy.action, policy.target)
    if needing:
        raise Conflict(
            f"RBAC policy on object {policy.object_id} cannot be removed because other objects depend on it. "
            f"Projects that need it: {', '.join(sorted(needing))}.",
            "RbacPolicyInUse",
        )
