"""The QoS policy of a network, a port or a floating IP: which one it may get, and who may take it away."""

from __future__ import annotations

from hawser.base.errors import Forbidden
from hawser.server.model.caller import Caller
from hawser.server.model.rbac import sees
from hawser.server.service import access
from hawser.server.store.session import Transaction
from hawser.server.store.tables import qos as rows
from hawser.server.store.tables.qos import qos_policies


def checked(tx: Transaction, caller: Caller, policy_id: str | None) -> str | None:
    """The policy that a new thing asks for. `NotFound` (QosPolicyNotFound) where the caller sees none such."""
    return None if policy_id is None else access.seen_qos_policy(tx, caller, policy_id).id


def of_new_network(tx: Transaction, caller: Caller, project_id: str, policy_id: str | None) -> str | None:
    """The policy of a new network: the one that it asks for, else its project's default."""
    return rows.default_of(tx, project_id) if policy_id is None else checked(tx, caller, policy_id)


def check_change(tx: Transaction, caller: Caller, old: str | None, new: str | None) -> None:
    """Whether the caller may give a thing policy ``new`` instead of ``old``.

    `Forbidden` (PolicyRemoveAuthorizationError) where it does not see ``old``: an operator's limit stays.
    """
    if old == new:
        return
    if old is not None:
        policy = qos_policies.get(tx, old)
        if policy is not None and not sees(caller, policy):
            raise Forbidden(
                f"Failed to remove provided policy {old} because you are not authorized.",
                "PolicyRemoveAuthorizationError",
            )
    checked(tx, caller, new)
