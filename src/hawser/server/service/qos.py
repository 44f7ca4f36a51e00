"""QoS policies: the use cases.

Policies are kept and shown, and given to networks, ports and floating IPs. Nodes do not shape or mark traffic by
them yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select

from hawser.base.errors import Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.qos import NewQosPolicy, QosPolicy, QosPolicyChanges
from hawser.server.model.rbac import as_seen
from hawser.server.model.unset import UNSET
from hawser.server.service import access, sharing
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import qos as rows
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.network import network_table
from hawser.server.store.tables.port import port_table
from hawser.server.store.tables.qos import NOUN, qos_policies, qos_policy_table
from hawser.server.store.tables.rbac import split_shared

_USERS = (("network", network_table), ("port", port_table), ("floatingip", floating_ip_table))


def create_many(store: Store, caller: Caller, drafts: Sequence[NewQosPolicy]) -> list[QosPolicy]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        return [_make(tx, draft) for draft in drafts]


def get(store: Store, caller: Caller, id: str) -> QosPolicy:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.read() as tx:
        return as_seen(caller, access.seen_qos_policy(tx, caller, id))


def search(store: Store, caller: Caller, filters: Filters) -> list[QosPolicy]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        filters, shared = split_shared(caller, NOUN, qos_policy_table, filters)
        found = qos_policies.find(tx, *rows.visible(caller), *shared, filters=filters)
        return [as_seen(caller, policy) for policy in found]


def update(store: Store, caller: Caller, id: str, changes: QosPolicyChanges) -> QosPolicy:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        policy = access.owned_qos_policy(tx, caller, id)
        columns = said(changes)
        if changes.is_default is not UNSET:
            if changes.is_default and not policy.is_default:
                _check_no_default(tx, policy.project_id)
            columns |= rows.default_columns(policy.project_id, changes.is_default)
        qos_policies.change(tx, id, **columns)
        if changes.shared is True and not policy.shared:
            sharing.open_to_all(tx, NOUN, id, policy.project_id)
        if changes.shared is False and policy.shared:
            sharing.close_to_all(tx, NOUN, policy)
        return as_seen(caller, access.owned_qos_policy(tx, caller, id))


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it with its rules. `Conflict` (QosPolicyInUse) while something has it."""
    with store.write() as tx:
        policy = access.owned_qos_policy(tx, caller, id)
        for noun, table in _USERS:
            user = tx.execute(select(table.c.id).where(table.c.qos_policy_id == id).limit(1)).scalar()
            if user is not None:
                raise Conflict(f"QoS Policy {id} is used by {noun} {user}.", "QosPolicyInUse")
        qos_policies.remove(tx, id)
        if policy.shared or policy.shared_with:
            sharing.forget(tx, NOUN, id)


def _make(tx: Transaction, draft: NewQosPolicy) -> QosPolicy:
    if draft.is_default:
        _check_no_default(tx, draft.project_id)
    policy = QosPolicy(
        id=str(uuid4()),
        project_id=draft.project_id,
        name=draft.name,
        description=draft.description,
        is_default=draft.is_default,
        rules=(),
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        shared=draft.shared,
    )
    qos_policies.add(tx, policy)
    if policy.shared:
        sharing.open_to_all(tx, NOUN, policy.id, policy.project_id)
    return policy


def _check_no_default(tx: Transaction, project_id: str) -> None:
    if rows.default_of(tx, project_id) is not None:
        raise Conflict(
            f"A default QoS policy exists for project {project_id}.", "QoSPolicyDefaultAlreadyExists"
        )
