"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.base.errors import Forbidden

SERVICE = "service"
"""The role of the other services of a cloud."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user with roles in a project, as identity vouched for. ``is_admin`` sees and may change all."""

    user_id: str
    project_id: str
    roles: frozenset[str]
    is_admin: bool

    def __post_init__(self) -> None:
        """Hidden things belong to project "": a caller without a project must not pass for their owner."""
        if not (self.is_admin or self.project_id):
            raise Forbidden("The token names no project. Ask for one that is scoped to a project.")

    @property
    def serves_ports(self) -> bool:
        """Whether it sees and changes the ports of all projects: other services plug them, whoever asks for it."""
        return self.is_admin or SERVICE in self.roles

    def owns(self, project_id: str) -> bool:
        """Whether the caller may change what belongs to this project."""
        return self.is_admin or project_id == self.project_id


SYSTEM = Caller(user_id="", project_id="", roles=frozenset(), is_admin=True)
"""The server itself, where it acts for nobody."""
