"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """A user with roles in a project, as identity vouched for. ``is_admin`` sees and may change all."""

    user_id: str
    project_id: str
    roles: frozenset[str]
    is_admin: bool


SYSTEM = Caller(user_id="", project_id="", roles=frozenset(), is_admin=True)
"""The server itself, where it acts for nobody."""
