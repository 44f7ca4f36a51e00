"""The picture that intents are compiled from, and how it keeps up with the change log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from hawser.server.compile.picture import Change, Picture
from hawser.server.model.filters import Filters
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
_PAGE = 1000
"""Things of one kind that are in memory at once beside the picture where all are read."""

Ids = Collection[str] | None
"""Which things to read; None for all."""
Touched = Mapping[str, Ids]
Reader = Callable[[Transaction, Ids], Iterable[tuple[str, Any]]]
"""Things by their keys."""


def fill(store: Store) -> Picture:
    """The whole picture, in a number of queries that grows by a few for each `_PAGE` things only."""
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
        found = {noun: _others(tx, noun, ids, getattr(picture, noun)) for noun, ids in touched.items()}
    changes = [
        picture.put(noun, key, thing) for noun, things in found.items() for key, thing in things.items()
    ]
    picture.revision = revision
    return [change for change in changes if change is not None]


def _others(tx: Transaction, noun: str, ids: Ids, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is another than is ``known``, by key; None: gone. What is the same is let go of as it is read."""
    gone = dict.fromkeys(known if ids is None else ids)
    others: dict[str, Any] = {}
    for key, thing in _READERS[noun](tx, ids):
        gone.pop(key, None)
        if thing != known.get(key):
            others[key] = thing
    return {**gone, **others}


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


def _reader(records: Records[Any]) -> Reader:
    def read(tx: Transaction, ids: Ids) -> Iterator[tuple[str, Any]]:
        return ((value.id, value) for value in _read(tx, records, ids))

    return read


def _read(tx: Transaction, records: Records[Any], ids: Ids) -> Iterable[Any]:
    if ids is None:
        return _all(tx, records)
    if len(ids) <= _FEW:
        found = (records.get(tx, id, borrowed=False) for id in ids)
        return (value for value in found if value is not None)
    return records.find(tx, records.table.c.id.in_(ids), borrowed=False)


def _all(tx: Transaction, records: Records[Any]) -> Iterator[Any]:
    """All of a kind, a page after the other: of tens of thousands, the rows alone would take more than the picture."""
    some, last = Filters(limit=_PAGE), ""
    while page := records.find(tx, records.table.c.id > last, filters=some, borrowed=False):
        yield from page
        last = page[-1].id


def _router_hosts(tx: Transaction, ids: Ids) -> Iterable[tuple[str, Any]]:
    where = () if ids is None else (router.router_host_table.c.router_id.in_(ids),)
    return _grouped(router.hosts(tx, *where), "router_id")


def _dhcp_hostings(tx: Transaction, ids: Ids) -> Iterable[tuple[str, Any]]:
    where = () if ids is None else (agent.dhcp_hosting_table.c.network_id.in_(ids),)
    return _grouped(agent.dhcp_hostings(tx, *where), "network_id")


def _grouped(values: Iterable[Any], field: str) -> Iterable[tuple[str, Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for value in values:
        groups[getattr(value, field)].append(value)
    return ((key, tuple(group)) for key, group in groups.items())


_RECORDS: tuple[Records[Any], ...] = (networks, subnets, ports, routers, floating_ips, agent.agents)
_READERS: Mapping[str, Reader] = {
    **{records.noun: _reader(records) for records in _RECORDS},
    "router_hosts": _router_hosts,
    "dhcp_hostings": _dhcp_hostings,
}
