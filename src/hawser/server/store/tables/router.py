"""Routers, and where they are hosted."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)

from hawser.server.model.caller import Caller
from hawser.server.model.port import FixedIp
from hawser.server.model.router import ExtraRoute, Gateway, Router, RouterHost
from hawser.server.store.session import Transaction
from hawser.server.store.tables.agent import zones_of
from hawser.server.store.tables.columns import METADATA, AsList, AsText, Utc, owned_columns, tags_column
from hawser.server.store.tables.port import fixed_ip_table
from hawser.server.store.tables.records import Part, Records, Where
from hawser.wire.report import Mastership


def _route(text: str) -> ExtraRoute:
    destination, nexthop = text.split()
    return ExtraRoute(ip_network(destination), ip_address(nexthop))


def _route_text(route: ExtraRoute) -> str:
    return f"{route.destination} {route.nexthop}"


router_table = Table(
    "routers",
    METADATA,
    *owned_columns(),
    tags_column(),
    Column("name", String(255), nullable=False, index=True),
    Column("admin_state_up", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("ha", Boolean, nullable=False),
    Column("gateway_network_id", ForeignKey("networks.id"), index=True),
    Column("gateway_port_id", ForeignKey("ports.id"), index=True),
    Column("enable_snat", Boolean, nullable=False),
    Column("routes", AsList(_route, _route_text), nullable=False),
    Column("vrid", SmallInteger),
    Column("ha_network_id", ForeignKey("networks.id")),
    Column("distributed", Boolean, nullable=False),
    Column("flavor_id", String(36)),
    Column("availability_zone_hints", AsList(str), nullable=False),
    UniqueConstraint("ha_network_id", "vrid", name="uq_routers_ha_network_id_vrid"),
)

router_host_table = Table(
    "router_hosts",
    METADATA,
    Column("router_id", ForeignKey("routers.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), primary_key=True, index=True),
    Column("host", String(255), nullable=False, index=True),
    Column("rank", SmallInteger, nullable=False),
    Column("ha_port_id", ForeignKey("ports.id"), index=True),
    Column("mastership", AsText(Mastership), nullable=False),
    Column("mastership_at", Utc),
    Column("wanted_at", Utc, index=True),
)


_HOST_FIELDS = [column.name for column in router_host_table.c]


def _build(tx: Transaction, fields: dict[str, Any]) -> Router:
    network_id, port_id = fields.pop("gateway_network_id"), fields.pop("gateway_port_id")
    enable_snat, fixed_ips = fields.pop("enable_snat"), fields.pop("gateway_fixed_ips")
    gateway = Gateway(network_id, port_id, enable_snat, fixed_ips) if network_id else None
    return Router(**fields, gateway=gateway)


def _row(router: Router) -> dict[str, Any]:
    kept = (column.name for column in router_table.c if column.name not in _GATEWAY_COLUMNS)
    return {**{name: getattr(router, name) for name in kept}, **gateway_columns(router.gateway)}


def gateway_columns(gateway: Gateway | None) -> dict[str, Any]:
    """The columns that hold a gateway."""
    if gateway is None:
        return {"gateway_network_id": None, "gateway_port_id": None, "enable_snat": True}
    return {
        "gateway_network_id": gateway.network_id,
        "gateway_port_id": gateway.port_id,
        "enable_snat": gateway.enable_snat,
    }


_GATEWAY_COLUMNS = frozenset(gateway_columns(None))

routers: Records[Router] = Records(
    "routers",
    router_table,
    build=_build,
    row=_row,
    parts=(
        Part(
            "gateway_fixed_ips",
            select(router_table.c.id, fixed_ip_table.c.subnet_id, fixed_ip_table.c.address)
            .join(fixed_ip_table, fixed_ip_table.c.port_id == router_table.c.gateway_port_id)
            .order_by(router_table.c.id, fixed_ip_table.c.position),
            router_table.c.id,
            FixedIp,
        ),
    ),
    computed=(zones_of(router_host_table, router_host_table.c.router_id == router_table.c.id),),
)


def visible(caller: Caller) -> tuple[Where, ...]:
    """The condition on routers that this caller sees: its own."""
    return () if caller.is_admin else (router_table.c.project_id == caller.project_id,)


def hosts(tx: Transaction, *where: Where) -> list[RouterHost]:
    """The places of routers on agents that meet all conditions, by router and rank."""
    columns = router_host_table.c
    statement = (
        select(router_host_table).where(*where).order_by(columns.router_id, columns.rank, columns.host)
    )
    return [RouterHost(*row) for row in tx.execute(statement)]


def contested(tx: Transaction, host: str) -> list[str]:
    """The routers, by id, that this host says it is active of, and another one since later."""
    own, other = router_host_table.alias(), router_host_table.alias()
    actives = (each.c.mastership == Mastership.ACTIVE for each in (own, other))
    later = (own.c.router_id == other.c.router_id) & (own.c.mastership_at < other.c.mastership_at)
    found = select(own.c.router_id).distinct().join(other, later).where(own.c.host == host, *actives)
    return list(tx.execute(found).scalars())


def add_hosts(tx: Transaction, hosts: Sequence[RouterHost]) -> None:
    """Have agents host routers."""
    if hosts:
        tx.execute(insert(router_host_table), [{n: getattr(each, n) for n in _HOST_FIELDS} for each in hosts])
    for host in hosts:
        tx.touch("router_hosts", host.router_id)


def set_host(tx: Transaction, host: RouterHost, **columns: Any) -> None:
    """Change something about an agent's hosting of a router."""
    tx.execute(update(router_host_table).where(*_same(host)).values(**columns))
    tx.touch("router_hosts", host.router_id)


def remove_host(tx: Transaction, host: RouterHost) -> None:
    """Have an agent no longer host a router."""
    tx.execute(delete(router_host_table).where(*_same(host)))
    tx.touch("router_hosts", host.router_id)


def _same(host: RouterHost) -> tuple[Where, Where]:
    columns = router_host_table.c
    return columns.router_id == host.router_id, columns.agent_id == host.agent_id
