"""The picture that intents are compiled from, and how it keeps up with the change log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from hawser.server.compile.picture import Change, Picture
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import agent, log, router
from hawser.server.store.tables.floatingip import floating_ips
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.records import Records
from hawser.server.store.tables.router import routers
from hawser.server.store.tables.subnet import subnets

_REREAD_AT_MOST = 2000
"""Things that are looked up by their ids; when more changed, reading all of them is quicker."""
_FEW = 4
"""Things that are looked up one by one, each in a quarter of the time that a list takes to be put into words."""

Ids = Collection[str] | None
"""Which things to read; None for all."""
Touched = Mapping[str, Ids]


def fill(store: Store) -> Picture:
    """The whole picture, in a constant number of queries."""
    picture = Picture()
    catch_up(store, picture)
    return picture


def catch_up(store: Store, picture: Picture) -> list[Change]:
    """Bring ``picture`` to the store's revision in place; what changed in it.

    Only what the log names after the picture's revision is read again, or everything where the log does not
    reach back so far.
    """
    with store.read() as tx:
        revision = tx.base_revision
        if revision == picture.revision:
            return []
        touched = _touched(tx, picture.revision)
        found = {noun: (ids, _READERS[noun](tx, ids)) for noun, ids in touched.items()}
    changes: list[Change | None] = []
    for noun, (ids, things) in found.items():
        known = getattr(picture, noun).keys() if ids is None else ids
        changes += [picture.put(noun, key, None) for key in [key for key in known if key not in things]]
        changes += [picture.put(noun, key, thing) for key, thing in things.items()]
    picture.revision = revision
    return [change for change in changes if change is not None]


def _touched(tx: Transaction, seen: int) -> Touched:
    """The ids that changed after ``seen``, by noun."""
    columns = log.changes.c
    touched: dict[str, set[str]] = defaultdict(set)
    revisions: set[int] = set()
    named = select(columns.revision, columns.noun, columns.key).where(columns.revision > seen)
    for revision, noun, key in tx.execute(named):
        revisions.add(revision)
        if noun in _READERS:
            touched[noun].add(key)
    # Every revision is in the log until it is trimmed from below.
    too_old = seen + 1 not in revisions
    if too_old or sum(map(len, touched.values())) > _REREAD_AT_MOST:
        return dict.fromkeys(_READERS)
    return touched


def _reader(records: Records[Any]) -> Callable[[Transaction, Ids], dict[str, Any]]:
    def read(tx: Transaction, ids: Ids) -> dict[str, Any]:
        if ids is not None and len(ids) <= _FEW:
            return {id: value for id in ids if (value := records.get(tx, id, borrowed=False)) is not None}
        where = () if ids is None else (records.table.c.id.in_(ids),)
        return {value.id: value for value in records.find(tx, *where, borrowed=False)}

    return read


def _router_hosts(tx: Transaction, ids: Ids) -> dict[str, Any]:
    where = () if ids is None else (router.router_host_table.c.router_id.in_(ids),)
    return _grouped(router.hosts(tx, *where), "router_id")


def _dhcp_hostings(tx: Transaction, ids: Ids) -> dict[str, Any]:
    where = () if ids is None else (agent.dhcp_hosting_table.c.network_id.in_(ids),)
    return _grouped(agent.dhcp_hostings(tx, *where), "network_id")


def _grouped(values: Iterable[Any], field: str) -> dict[str, tuple[Any, ...]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for value in values:
        groups[getattr(value, field)].append(value)
    return {key: tuple(group) for key, group in groups.items()}


_RECORDS: tuple[Records[Any], ...] = (networks, subnets, ports, routers, floating_ips, agent.agents)
_READERS: Mapping[str, Callable[[Transaction, Ids], dict[str, Any]]] = {
    **{records.noun: _reader(records) for records in _RECORDS},
    "router_hosts": _router_hosts,
    "dhcp_hostings": _dhcp_hostings,
}
