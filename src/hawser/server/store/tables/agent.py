"""Agents, and which networks DHCP agents serve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Label,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from hawser.server.model.agent import Agent, DhcpHosting
from hawser.server.model.filters import Scalar
from hawser.server.store.session import Transaction
from hawser.server.store.tables.columns import METADATA, AsList, Utc, id_column
from hawser.server.store.tables.records import Records, Where

_BETWEEN = "\n"


class Zones(TypeDecorator[tuple[str, ...]]):
    """Zones as the database joins them: each once, sorted."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """From the database."""
        return tuple(sorted({zone for zone in (value or "").split(_BETWEEN) if zone}))


agent_table = Table(
    "agents",
    METADATA,
    id_column(),
    Column("agent_type", String(64), nullable=False),
    Column("binary", String(64), nullable=False),
    Column("host", String(255), nullable=False, index=True),
    Column("availability_zone", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("tunnel_address", String(64), nullable=False),
    Column("mappings", AsList(str), nullable=False),
    Column("configurations", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("heartbeat_at", Utc, nullable=False),
    Column("drained", Boolean, nullable=False),
    UniqueConstraint("agent_type", "host", name="uq_agents_agent_type_host"),
)

dhcp_hosting_table = Table(
    "dhcp_hostings",
    METADATA,
    Column("network_id", ForeignKey("networks.id"), primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), primary_key=True, index=True),
    Column("host", String(255), nullable=False),
    Column("port_id", ForeignKey("ports.id"), index=True),
)


def zones_of(hostings: Table, of_thing: Where) -> Label[Any]:
    """The zones of the agents that ``hostings`` name for a thing, as its field ``availability_zones``."""
    zone = agent_table.c.availability_zone
    joined = (
        select(func.aggregate_strings(zone, _BETWEEN))
        .where(of_thing, hostings.c.agent_id == agent_table.c.id)
        .scalar_subquery()
    )
    return type_coerce(joined, Zones).label("availability_zones")


def _silent_since(tx: Transaction) -> datetime:
    return tx.now - timedelta(seconds=tx.settings.agent_down_time)


def _build(tx: Transaction, fields: dict[str, Any]) -> Agent:
    configurations = json.loads(fields.pop("configurations"))
    return Agent(**fields, configurations=configurations, alive=fields["heartbeat_at"] >= _silent_since(tx))


def _row(agent: Agent) -> dict[str, Any]:
    row = {column.name: getattr(agent, column.name) for column in agent_table.c}
    return {**row, "configurations": json.dumps(dict(agent.configurations), sort_keys=True)}


def _alive(tx: Transaction, values: Sequence[Scalar]) -> Where:
    alive = agent_table.c.heartbeat_at >= _silent_since(tx)
    wanted = {str(value).lower() in ("true", "1") for value in values}
    return or_(*(alive if each else ~alive for each in wanted))


agents: Records[Agent] = Records("agents", agent_table, build=_build, row=_row, filters={"alive": _alive})


def candidates(agent_type: str, hosted: Table, *sums: ColumnElement[Any]) -> Select[Any]:
    """Gives the agents of a type that are alive and in service, as rows of (id, host, zone, drained, load, ...).

    The load is the number of their rows in ``hosted``; ``sums`` over these follow. For `run_candidates`, which may
    run it again and again.
    """
    columns = agent_table.c
    who = (columns.id, columns.host, columns.availability_zone, columns.drained)
    return (
        select(*who, func.count(hosted.c.agent_id), *sums)
        .outerjoin(hosted, hosted.c.agent_id == columns.id)
        .where(
            columns.agent_type == agent_type,
            columns.admin_state_up,
            columns.heartbeat_at >= bindparam("heard_since", type_=Utc),
        )
        .group_by(*who)
        .order_by(columns.id)
    )


def run_candidates(tx: Transaction, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """The rows of `candidates` now."""
    return [tuple(row) for row in tx.execute(statement, {"heard_since": _silent_since(tx)})]


def columns_of(agent: Agent) -> dict[str, Any]:
    """An agent's columns, for writing it anew."""
    return _row(agent)


_ADD_HOSTINGS = insert(dhcp_hosting_table)


def dhcp_hostings(tx: Transaction, *where: Where) -> list[DhcpHosting]:
    """Which DHCP agents serve which networks, by network and host."""
    columns = dhcp_hosting_table.c
    statement = select(dhcp_hosting_table).where(*where).order_by(columns.network_id, columns.host)
    return [DhcpHosting(*row) for row in tx.execute(statement)]


def add_dhcp_hostings(tx: Transaction, hostings: Sequence[DhcpHosting]) -> None:
    """Have agents serve networks."""
    columns = dhcp_hosting_table.c.keys()
    if hostings:
        tx.execute(_ADD_HOSTINGS, [{n: getattr(each, n) for n in columns} for each in hostings])
    for hosting in hostings:
        _touch(tx, hosting)


def set_dhcp_port(tx: Transaction, hosting: DhcpHosting, port_id: str | None) -> None:
    """Give the hosting another port, or none."""
    tx.execute(update(dhcp_hosting_table).where(*_same(hosting)).values(port_id=port_id))
    tx.touch("dhcp_hostings", hosting.network_id)


def remove_dhcp_hosting(tx: Transaction, hosting: DhcpHosting) -> None:
    """Have an agent no longer serve a network."""
    tx.execute(delete(dhcp_hosting_table).where(*_same(hosting)))
    _touch(tx, hosting)


def _touch(tx: Transaction, hosting: DhcpHosting) -> None:
    tx.touch("dhcp_hostings", hosting.network_id)
    tx.touch("networks", hosting.network_id)  # its zones are others


def _same(hosting: DhcpHosting) -> tuple[Where, Where]:
    columns = dhcp_hosting_table.c
    return columns.network_id == hosting.network_id, columns.agent_id == hosting.agent_id
