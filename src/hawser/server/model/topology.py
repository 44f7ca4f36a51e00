"""What is made for a project that asks for any network: an auto-allocated topology."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topology:
    """``router_id`` is None once somebody removed the router."""

    project_id: str
    network_id: str
    router_id: str | None
