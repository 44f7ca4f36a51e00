"""Planned moves of highly available routers: one router, all that a node carries, or as many as evenness takes.

A move is a mark on the place that shall be master. The node there outbids the master in the routers' own election;
reports show when that is done, and the mark goes. No packet waits for a server. Of many moves that are asked for
together some begin at once; each that ends lets another begin.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from hawser.base.errors import Conflict
from hawser.server.allocate import moves
from hawser.server.allocate.moves import Carried
from hawser.server.model.agent import L3, Agent
from hawser.server.model.caller import Caller
from hawser.server.model.move import AT_ONCE, QUEUED, Move, RouterPlace, is_over
from hawser.server.model.router import Router, RouterHost, active, as_shown
from hawser.server.service import access
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import router as rows
from hawser.server.store.tables.agent import agent_table, agents
from hawser.server.store.tables.router import router_host_table, router_table, routers
from hawser.wire.report import Mastership


def places(store: Store, caller: Caller) -> list[RouterPlace]:
    """All places of highly available routers, by router and rank; an administrator's, policy sees to that."""
    with store.read() as tx:
        scene = _look(tx)
        names = _names(tx)
    return [
        RouterPlace(
            names[id], place, scene.agents[place.agent_id].alive, scene.agents[place.agent_id].drained
        )
        for id, hosts in sorted(scene.hosts.items(), key=lambda pair: (names[pair[0]], pair[0]))
        for place in hosts
    ]


def failover(store: Store, caller: Caller, id: str, host: str | None) -> Move:
    """Have another host of a router be its master: ``host``, or (None) the one that carries the fewest routers.

    `Conflict` where it is not highly available or is down (RouterNotMovable), or where the host cannot take it
    now (MoveImpossible). To where it is already, a move that is under way to elsewhere is taken back.
    """
    with store.write() as tx:
        router = access.owned_router(tx, caller, id)
        _check_movable(router)
        scene = _look(tx)
        hosts = scene.hosts.get(id, [])
        master = active(hosts)
        target = _target(scene, router, host)
        done = master is not None and target.agent_id == master.agent_id
        _want(tx, hosts, None if done else target, tx.now)
        return Move(id, router.name, master.host if master else "", target.host)


def rebalance(store: Store, caller: Caller, most: int | None = None) -> list[Move]:
    """Have all hosts that can carry equally many routers, by as few moves as that takes, or the first ``most``."""
    with store.write() as tx:
        scene = _look(tx)
        up = routers.find(tx, router_table.c.ha, router_table.c.admin_state_up)
        chosen = moves.even(_carried(scene, (each.id for each in up)))
        names = {each.id: each.name for each in up}
        made = [_queue(tx, scene, id, host, names[id]) for id, host in islice(chosen.items(), most)]
        _go_on(tx)
    return sorted(made, key=lambda move: (move.router_name, move.router_id))


def drain(tx: Transaction, agent: Agent) -> None:
    """Have others carry what a drained agent carries, wherever another can; it is no target any more.

    Where none can, it goes on carrying the router until another comes.
    """
    scene = _look(tx)
    for hosts in scene.hosts.values():
        for place in hosts:
            if place.agent_id == agent.id and place.wanted_at is not None:
                rows.set_host(tx, place, wanted_at=None)
    leaving = [each for each in _carried(scene, scene.hosts) if each.master == agent.host]
    for id, host in moves.away(leaving, _load(scene)).items():
        _queue(tx, scene, id, host)
    _go_on(tx)


def stay(tx: Transaction, agent: Agent) -> None:
    """Leave with an agent that is no longer drained what it carries and what has not begun to leave it."""
    for hosts in _look(tx).hosts.values():
        master = active(hosts)
        if master and master.agent_id == agent.id and any(place.wanted_at == QUEUED for place in hosts):
            _want(tx, hosts, None)


def settle(tx: Transaction) -> None:
    """Take away the marks of moves that are done or will not be, and let others begin in their place."""
    columns = router_host_table.c
    under_way = [place.router_id for place in rows.hosts(tx, columns.wanted_at.is_not(None))]
    if not under_way:
        return
    alive = {id: agent for id, agent in _l3_agents(tx).items() if agent.alive}
    for hosts in _by_router(rows.hosts(tx, columns.router_id.in_(under_way))).values():
        for place in hosts:
            peers = [peer for peer in hosts if peer is not place]
            if place.wanted_at is not None and is_over(place, peers, alive, tx.now):
                rows.set_host(tx, place, wanted_at=None)
    _go_on(tx)


def _go_on(tx: Transaction) -> None:
    """Let as many queued moves begin as there is room for."""
    wanted = rows.hosts(tx, router_host_table.c.wanted_at.is_not(None))
    queued = [place for place in wanted if place.wanted_at == QUEUED]
    under_way = len(wanted) - len(queued)
    for place in queued[: max(0, AT_ONCE - under_way)]:
        rows.set_host(tx, place, wanted_at=tx.now)


@dataclass(frozen=True, slots=True)
class _Scene:
    """The L3 agents by id, and the places of all highly available routers as shown, by router and rank."""

    agents: Mapping[str, Agent]
    hosts: Mapping[str, list[RouterHost]]


def _look(tx: Transaction) -> _Scene:
    found = _l3_agents(tx)
    alive = {agent.id for agent in found.values() if agent.alive}
    hosts = _by_router(rows.hosts(tx, router_host_table.c.ha_port_id.is_not(None)))
    return _Scene(found, {id: as_shown(places, alive) for id, places in hosts.items()})


def _l3_agents(tx: Transaction) -> dict[str, Agent]:
    return {agent.id: agent for agent in agents.find(tx, agent_table.c.agent_type == L3)}


def _by_router(hosts: Iterable[RouterHost]) -> dict[str, list[RouterHost]]:
    grouped: dict[str, list[RouterHost]] = defaultdict(list)
    for place in hosts:
        grouped[place.router_id].append(place)
    return grouped


def _names(tx: Transaction) -> dict[str, str]:
    return {router.id: router.name for router in routers.find(tx, router_table.c.ha)}


def _check_movable(router: Router) -> None:
    if not router.ha:
        why = "it is not highly available, so it has one node only"
    elif not router.admin_state_up:
        why = "it is administratively down"
    else:
        return
    raise Conflict(f"Router {router.id} cannot be moved: {why}.", "RouterNotMovable")


def _target(scene: _Scene, router: Router, host: str | None) -> RouterHost:
    """The place that shall be master; `Conflict` with the reasons where there is none that can."""
    hosts = scene.hosts.get(router.id, [])
    if host is None:
        (carried,) = _carried(scene, (router.id,)) or (Carried(router.id, "", _able(scene, hosts)),)
        host = moves.away((carried,), _load(scene)).get(router.id)
    if host is None:
        whys = "; ".join(filter(None, (_obstacle(scene, place) for place in hosts)))
        raise _impossible(router, f"no other node can take it. {whys or 'It has no other.'}")
    place = next((each for each in hosts if each.host == host), None)
    if place is None:
        at = ", ".join(each.host for each in hosts)
        raise _impossible(router, f"it is not hosted on {host}, but on {at or 'no node'}")
    why = _obstacle(scene, place)
    if why and place.mastership is not Mastership.ACTIVE:
        raise _impossible(router, why)
    return place


def _impossible(router: Router, why: str) -> Conflict:
    return Conflict(f"Router {router.id} cannot be moved: {why.rstrip('.')}.", "MoveImpossible")


def _obstacle(scene: _Scene, place: RouterHost) -> str:
    """Why the place cannot take its router over, "" where it can or has it."""
    agent = scene.agents[place.agent_id]
    if not agent.alive:
        return f"the L3 agent on {place.host} is not alive"
    if agent.drained:
        return f"{place.host} is drained"
    if not agent.admin_state_up:
        return f"the L3 agent on {place.host} is administratively down"
    if place.mastership is Mastership.UNKNOWN:
        return f"{place.host} does not stand by for it"
    return ""


def _able(scene: _Scene, hosts: Iterable[RouterHost]) -> tuple[str, ...]:
    """The hosts that stand by and could take over."""
    return tuple(
        place.host
        for place in hosts
        if place.mastership is Mastership.STANDBY and not _obstacle(scene, place)
    )


def _carried(scene: _Scene, ids: Iterable[str]) -> list[Carried]:
    """Those of the routers that have a master."""
    found = []
    for id in ids:
        hosts = scene.hosts.get(id, [])
        if master := active(hosts):
            found.append(Carried(id, master.host, _able(scene, hosts)))
    return found


def _load(scene: _Scene) -> Counter[str]:
    """How many routers each host carries."""
    return Counter(each.master for each in _carried(scene, scene.hosts))


def _queue(tx: Transaction, scene: _Scene, id: str, host: str, name: str = "") -> Move:
    hosts = scene.hosts[id]
    master = active(hosts)
    target = next(place for place in hosts if place.host == host)
    _want(tx, hosts, target, target.wanted_at or QUEUED)
    return Move(id, name, master.host if master else "", host)


def _want(
    tx: Transaction, hosts: Iterable[RouterHost], target: RouterHost | None, since: datetime | None = None
) -> None:
    """Mark one place of a router, or none, and no other of its."""
    for place in hosts:
        wanted_at = since if place is target else None
        if place.wanted_at != wanted_at:
            rows.set_host(tx, place, wanted_at=wanted_at)
