"""RBAC policies: which other projects see a thing, and which use a network as an external one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from hawser.server.model.caller import Caller
from hawser.server.model.unset import UNSET, Unset

SHARED = "access_as_shared"
EXTERNAL = "access_as_external"
EVERYBODY = "*"
"""The target that is every project."""


@dataclass(frozen=True, slots=True)
class RbacPolicy:
    """Lets project ``target`` see a thing: ``object_type`` is a noun in the singular, ``action`` one of the above."""

    id: str
    project_id: str
    object_type: str
    object_id: str
    target: str
    action: str


@dataclass(frozen=True, slots=True)
class NewRbacPolicy:
    """What a create asks for."""

    project_id: str
    object_type: str
    object_id: str
    target: str
    action: str


@dataclass(frozen=True, slots=True)
class RbacPolicyChanges:
    """What an update asks for; UNSET leaves a field alone."""

    target: str | Unset = UNSET


class Shareable(Protocol):
    """A thing that RBAC policies can be about. Its own row repeats what they say of it (SHARED)."""

    @property
    def project_id(self) -> str:
        """Its owner."""
        ...

    @property
    def shared(self) -> bool:
        """Whether every project sees it."""
        ...

    @property
    def shared_with(self) -> tuple[str, ...]:
        """The other projects that see it."""
        ...


Thing = TypeVar("Thing", bound=Shareable)


def sees(caller: Caller, thing: Shareable) -> bool:
    """Whether the thing is the caller's or shared with its project."""
    return caller.owns(thing.project_id) or thing.shared or caller.project_id in thing.shared_with


def as_seen(caller: Caller, thing: Thing) -> Thing:
    """The thing as this caller is shown it: ``shared`` says whether it is shared with the caller's project."""
    if thing.shared or caller.project_id not in thing.shared_with:
        return thing
    changed: Any = replace(thing, shared=True)  # type: ignore[type-var]
    return changed  # type: ignore[no-any-return]
