"""Metering labels, and the rules that say which traffic of routers counts for them."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.base.addresses import Network
from hawser.server.model.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class MeteringLabel:
    """A name under which traffic of the project's routers counts; of all projects', where it is ``shared``."""

    id: str
    project_id: str
    name: str
    description: str
    shared: bool


@dataclass(frozen=True, slots=True)
class MeteringRule:
    """Traffic that counts, or does not where it is ``excluded``. ``direction`` is ingress or egress.

    ``remote`` is the end outside the router's project, whichever the direction; ``source`` and
    ``destination`` say each end. None is any.
    """

    id: str
    label_id: str
    direction: str
    excluded: bool
    remote: Network | None
    source: Network | None
    destination: Network | None


@dataclass(frozen=True, slots=True)
class NewMeteringLabel:
    """What a create asks for."""

    project_id: str
    name: str = ""
    description: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class NewMeteringRule:
    """What a create of a rule asks for."""

    label_id: str
    direction: str
    excluded: bool = False
    remote: Network | None = None
    source: Network | None = None
    destination: Network | None = None


@dataclass(frozen=True, slots=True)
class MeteringRuleChanges:
    """What an update of a rule asks for; UNSET leaves a field alone."""

    source: Network | Unset | None = UNSET
    destination: Network | Unset | None = UNSET


def overlap(one: MeteringRule, other: MeteringRule) -> bool:
    """Whether traffic with one remote end would count twice for one label."""
    if one.remote is None or other.remote is None or one.remote.version != other.remote.version:
        return False
    alike = (one.direction, one.excluded) == (other.direction, other.excluded)
    return alike and one.remote.overlaps(other.remote)
