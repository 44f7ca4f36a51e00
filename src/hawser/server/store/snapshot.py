"""The picture that intents are compiled from, and how it keeps up with the change log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from hawser.server.compile.picture import Picture
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import agent, log, router
from hawser.server.store.tables.floatingip import floating_ips
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.records import Records
from hawser.server.store.tables.router import routers
from hawser.server.store.tables.subnet import subnets

_RECORDS: tuple[Records[Any], ...] = (networks, subnets, ports, routers, floating_ips)
_REREAD_AT_MOST = 2000
"""Things that are looked up by their ids; when more changed, reading all of them is quicker."""


def fill(store: Store) -> Picture:
    """The whole picture, in a constant number of queries."""
    with store.read() as tx:
        return _fill(tx)


def catch_up(store: Store, picture: Picture) -> bool:
    """Bring ``picture`` to the store's revision in place; whether its revision changed.

    Only what the log names after the picture's revision is read again; agents are always read (their signs
    of life are not in the log). A picture that is older than the log is filled anew.
    """
    with store.read() as tx:
        revision = tx.base_revision
        if revision == picture.revision:
            picture.agents = _agents(tx)
            return False
        touched = _touched(tx, picture.revision, revision)
        if touched is None or sum(map(len, touched.values())) > _REREAD_AT_MOST:
            _replace(picture, _fill(tx))
        else:
            _reread(tx, picture, touched)
            picture.revision = revision
    return True


def _fill(tx: Transaction) -> Picture:
    picture = Picture(revision=tx.base_revision, agents=_agents(tx))
    for records in _RECORDS:
        getattr(picture, records.noun).update({value.id: value for value in records.find(tx)})
    picture.router_hosts.update(_by_agent(router.hosts(tx), "router_id"))
    picture.dhcp_hostings.update(_by_agent(agent.dhcp_hostings(tx), "network_id"))
    return picture


def _replace(old: Picture, new: Picture) -> None:
    for field in Picture.__slots__:
        setattr(old, field, getattr(new, field))


def _touched(tx: Transaction, seen: int, revision: int) -> dict[str, list[str]] | None:
    """The ids that changed after ``seen``, by noun; None where the log does not reach back so far."""
    columns = log.changes.c
    oldest = tx.execute(select(func.min(columns.revision))).scalar()
    if seen > revision or oldest is None or oldest > seen + 1:
        return None
    touched: dict[str, list[str]] = defaultdict(list)
    for noun, key in tx.execute(select(columns.noun, columns.key).where(columns.revision > seen).distinct()):
        touched[noun].append(key)
    return touched


def _reread(tx: Transaction, picture: Picture, touched: dict[str, list[str]]) -> None:
    picture.agents = _agents(tx)
    for records in _RECORDS:
        ids = touched.get(records.noun, [])
        found = records.find(tx, records.table.c.id.in_(ids)) if ids else []
        _put(getattr(picture, records.noun), ids, {value.id: value for value in found}, str)
    router_ids, network_ids = touched.get("router_hosts", []), touched.get("dhcp_hostings", [])
    hosts = router.hosts(tx, router.router_host_table.c.router_id.in_(router_ids)) if router_ids else []
    _put(picture.router_hosts, router_ids, _by_agent(hosts, "router_id"), _first)
    in_networks = agent.dhcp_hosting_table.c.network_id.in_(network_ids)
    hostings = agent.dhcp_hostings(tx, in_networks) if network_ids else []
    _put(picture.dhcp_hostings, network_ids, _by_agent(hostings, "network_id"), _first)


def _put(
    kept: dict[Any, Any], ids: Sequence[str], found: dict[Any, Any], id_of: Callable[[Any], str]
) -> None:
    """Drop all that belong to ``ids`` from ``kept`` and put in what was found of them."""
    if not ids:
        return
    again = set(ids)
    for key in [key for key in kept if id_of(key) in again]:
        del kept[key]
    kept.update(found)


def _first(key: tuple[str, str]) -> str:
    return key[0]


def _agents(tx: Transaction) -> dict[str, Any]:
    return {each.id: each for each in agent.agents.find(tx)}


def _by_agent(values: Iterable[Any], field: str) -> dict[tuple[str, str], Any]:
    return {(getattr(value, field), value.agent_id): value for value in values}
