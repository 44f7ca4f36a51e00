"""A QoS policy and its rules, and which rules of a policy go together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hawser.base.errors import Conflict
from hawser.server.model.unset import UNSET, Unset

BOTH_WAYS = "any"
"""The direction of a minimum packet rate that counts both."""


class RuleType(StrEnum):
    """What a rule is about; the value is its name in the API."""

    BANDWIDTH_LIMIT = "bandwidth_limit"
    DSCP_MARKING = "dscp_marking"
    MINIMUM_BANDWIDTH = "minimum_bandwidth"
    MINIMUM_PACKET_RATE = "minimum_packet_rate"
    PACKET_RATE_LIMIT = "packet_rate_limit"


@dataclass(frozen=True, slots=True)
class QosRule:
    """One rule of a policy.

    ``amount`` is kbit/s of bandwidths, thousands of packets/s of packet rates, and a DSCP mark. ``burst``
    (kbit, thousands of packets) is a limit's, None for others. ``direction`` is ingress, egress, any, and ""
    for a DSCP mark.
    """

    id: str
    policy_id: str
    type: RuleType
    direction: str
    amount: int
    burst: int | None


@dataclass(frozen=True, slots=True)
class QosPolicy:
    """Rules for the traffic of what has the policy. ``is_default`` makes it that of the project's new networks.

    ``shared`` is with all projects, ``shared_with`` names further ones.
    """

    id: str
    project_id: str
    name: str
    description: str
    is_default: bool
    rules: tuple[QosRule, ...]
    revision: int
    created_at: datetime
    updated_at: datetime
    shared: bool = False
    shared_with: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewQosPolicy:
    """What a create asks for."""

    project_id: str
    name: str = ""
    description: str = ""
    shared: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class QosPolicyChanges:
    """What an update asks for; UNSET leaves a field alone."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    shared: bool | Unset = UNSET
    is_default: bool | Unset = UNSET


@dataclass(frozen=True, slots=True)
class NewQosRule:
    """What a create of a rule asks for, in the terms of `QosRule`."""

    policy_id: str
    type: RuleType
    amount: int
    direction: str = ""
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class QosRuleChanges:
    """What an update of a rule asks for; UNSET leaves a field alone."""

    amount: int | Unset = UNSET
    direction: str | Unset = UNSET
    burst: int | Unset = UNSET


def check_among(rule: QosRule, others: Iterable[QosRule]) -> None:
    """`Conflict` where ``rule`` says again what one of ``others`` says, or contradicts it."""
    for other in others:
        if other.id == rule.id:
            continue
        if other.type == rule.type and _meet(rule.direction, other.direction):
            raise Conflict(
                f"Rule {rule.type} conflicts with rule {other.id} which already exists in QoS Policy "
                f"{rule.policy_id}.",
                "QoSRulesConflict",
            )
        if _exceeds(rule, other) or _exceeds(other, rule):
            raise Conflict(
                f"QoS policy {rule.policy_id} has a rule of type {other.type} with {other.amount} kbps: "
                f"{rule.amount} kbps do not go with it.",
                "QoSRuleParameterConflict",
            )


def _meet(one: str, other: str) -> bool:
    return one == other or BOTH_WAYS in (one, other)


def _exceeds(low: QosRule, high: QosRule) -> bool:
    """Whether more bandwidth is promised by ``low`` than ``high`` allows, whatever their directions."""
    kinds = low.type, high.type
    return kinds == (RuleType.MINIMUM_BANDWIDTH, RuleType.BANDWIDTH_LIMIT) and low.amount > high.amount
