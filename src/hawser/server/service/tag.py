"""Tags of any noun that can have some: the use cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from hawser.base.errors import BadInput, NotFound
from hawser.server.model.caller import Caller
from hawser.server.service import access
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables.floatingip import floating_ips
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.qos import qos_policies
from hawser.server.store.tables.records import Records
from hawser.server.store.tables.router import routers
from hawser.server.store.tables.securitygroup import groups
from hawser.server.store.tables.subnet import subnets
from hawser.server.store.tables.subnetpool import subnet_pools
from hawser.server.store.tables.trunk import trunks

MOST = 50
LONGEST = 255


class Tagged(Protocol):
    """A thing with tags."""

    @property
    def tags(self) -> tuple[str, ...]:
        """They are sorted."""
        ...


Find = Callable[[Transaction, Caller, str], Tagged]
_KINDS: Mapping[str, tuple[Records[Any], Find, Find]] = {
    "networks": (networks, access.seen_network, access.owned_network),
    "subnetpools": (subnet_pools, access.seen_subnet_pool, access.owned_subnet_pool),
    "subnets": (subnets, access.seen_subnet, access.owned_subnet),
    "ports": (ports, access.owned_port, access.owned_port),
    "routers": (routers, access.owned_router, access.owned_router),
    "floatingips": (floating_ips, access.owned_floating_ip, access.owned_floating_ip),
    "policies": (qos_policies, access.seen_qos_policy, access.owned_qos_policy),
    "security_groups": (groups, access.seen_security_group, access.owned_security_group),
    "trunks": (trunks, access.owned_trunk, access.owned_trunk),
}
"""By plural: the store's records, how a caller sees one, and how it finds one that it may change."""
KINDS = tuple(_KINDS)


def get(store: Store, caller: Caller, kind: str, id: str) -> tuple[str, ...]:
    """The tags of a thing that the caller sees."""
    with store.read() as tx:
        return _KINDS[kind][1](tx, caller, id).tags


def replace(store: Store, caller: Caller, kind: str, id: str, tags: Sequence[str]) -> tuple[str, ...]:
    """Give a thing these tags instead of those that it has."""
    with store.write() as tx:
        return _set(tx, caller, kind, id, tags)


def add(store: Store, caller: Caller, kind: str, id: str, tags: Sequence[str]) -> tuple[str, ...]:
    """Give a thing these tags too."""
    with store.write() as tx:
        return _set(tx, caller, kind, id, [*_KINDS[kind][2](tx, caller, id).tags, *tags])


def remove(store: Store, caller: Caller, kind: str, id: str, tag: str) -> None:
    """Take a tag away. `NotFound` where the thing does not have it."""
    with store.write() as tx:
        tags = _KINDS[kind][2](tx, caller, id).tags
        if tag not in tags:
            raise NotFound("tag", tag)
        _set(tx, caller, kind, id, [each for each in tags if each != tag])


def _set(tx: Transaction, caller: Caller, kind: str, id: str, tags: Sequence[str]) -> tuple[str, ...]:
    records, _, owned = _KINDS[kind]
    before = owned(tx, caller, id).tags
    after = tuple(sorted(set(tags)))
    for tag in after:
        _check(tag)
    if len(after) > MOST:
        raise BadInput("tags", f"there are more than {MOST}")
    if after != before:
        records.change(tx, id, tags=after)
    return after


def _check(tag: str) -> None:
    if not tag.strip() or len(tag) > LONGEST:
        raise BadInput("tags", f"a tag has 1 to {LONGEST} characters")
    if "\n" in tag or "/" in tag or "," in tag:
        raise BadInput("tags", f"'{tag}' holds a slash, a comma or a line feed, which no tag can")
