"""Availability zones: which there are, and whether those that a thing hints at exist."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from hawser.base.errors import NotFound
from hawser.server.model.availabilityzone import RESOURCES, AvailabilityZone
from hawser.server.model.caller import Caller
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables.agent import agent_table


def search(store: Store, caller: Caller) -> list[AvailabilityZone]:
    """All zones, by name and by what they are zones of."""
    columns = agent_table.c
    agents = select(columns.availability_zone, columns.agent_type, columns.admin_state_up)
    found: dict[tuple[str, str], bool] = {}
    with store.read() as tx:
        for zone, agent_type, up in tx.execute(agents.where(columns.availability_zone != "")):
            if resource := RESOURCES.get(agent_type):
                found[zone, resource] = up or found.get((zone, resource), False)
    return [AvailabilityZone(*key, available) for key, available in sorted(found.items())]


def check(tx: Transaction, agent_type: str, zones: Collection[str]) -> None:
    """`NotFound` (AvailabilityZoneNotFound) for a zone without any agent of this type."""
    if not zones:
        return
    columns = agent_table.c
    known = select(columns.availability_zone).where(columns.agent_type == agent_type)
    missing = set(zones) - {row[0] for row in tx.execute(known)}
    if missing:
        zone = sorted(missing)[0]
        raise NotFound("availability_zone", zone, f"AvailabilityZone {zone} could not be found.")


def preferred(tx: Transaction, hints: tuple[str, ...]) -> tuple[str, ...]:
    """Where a thing with these hints is to be hosted, () for anywhere."""
    return hints or tx.settings.default_availability_zones
