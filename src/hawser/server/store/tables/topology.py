"""Which network and router were made for a project that asked for any."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, delete, insert, select

from hawser.server.model.topology import Topology
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA

topology_table = Table(
    "auto_allocated_topologies",
    METADATA,
    Column("project_id", String(255), primary_key=True),
    Column("network_id", ForeignKey("networks.id", ondelete="CASCADE"), nullable=False),
    Column("router_id", ForeignKey("routers.id", ondelete="SET NULL")),
)
_C = topology_table.c


def of_project(tx: Transaction, project_id: str) -> Topology | None:
    """What was made for a project, and is there."""
    row = tx.execute(select(topology_table).where(_C.project_id == project_id)).first()
    return Topology(*row) if row else None


def add(tx: Transaction, topology: Topology) -> None:
    """Note what was made."""
    tx.execute(
        insert(topology_table).values(
            project_id=topology.project_id, network_id=topology.network_id, router_id=topology.router_id
        )
    )


def remove(tx: Transaction, project_id: str) -> None:
    """Forget it."""
    tx.execute(delete(topology_table).where(_C.project_id == project_id))
