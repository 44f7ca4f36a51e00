"""Which L3 agents host a router, and on which of them its ports are bound.

Laws. An HA router is hosted by ``max_l3_agents_per_router`` agents (0: all), or as many as there are; any
other by one; all within the availability zones that it hints at. An operator may add and take away. Ranks are
0, 1, ... without holes. A router's ports are bound where it was said to be active last; until that is known, to
its host of rank 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence

from sqlalchemy import case, func

from hawser.base.errors import Conflict
from hawser.server.allocate.agents import Candidate, choose
from hawser.server.model import agent as agents_model
from hawser.server.model.agent import Agent
from hawser.server.model.port import ROUTER_HA, ROUTER_MOVING_OWNERS, NewPort
from hawser.server.model.router import Router, RouterHost, active
from hawser.server.service import availabilityzone, plug
from hawser.server.store.session import Transaction
from hawser.server.store.tables import agent as agent_rows
from hawser.server.store.tables import router as rows
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import port_table, ports
from hawser.server.store.tables.router import router_host_table, routers
from hawser.wire.report import Mastership

_CANDIDATES = agent_rows.candidates(
    agents_model.L3,
    router_host_table,
    func.coalesce(func.sum(case((router_host_table.c.rank == 0, 1), else_=0)), 0),
)


def place_anew(tx: Transaction, router: Router) -> None:
    """Have a router hosted that nobody hosts. `Conflict` where there are fewer agents than an HA router needs."""
    candidates = _candidates(tx, router.ha)
    if router.ha:
        _check_enough(tx, len(candidates))
    zones = availabilityzone.preferred(tx, router.availability_zone_hints)
    _add(tx, router, choose(candidates, _wanted(tx, router), zones), 0)


def place(tx: Transaction, router: Router) -> None:
    """Have a router hosted by as many agents as it shall, keeping those that host it."""
    hosts = rows.hosts(tx, router_host_table.c.router_id == router.id)
    wanted = _wanted(tx, router)
    if wanted and len(hosts) >= wanted:
        return
    hosting = {host.agent_id for host in hosts}
    others = [each for each in _candidates(tx, router.ha) if each.agent_id not in hosting]
    zones = availabilityzone.preferred(tx, router.availability_zone_hints)
    chosen = choose(others, wanted - len(hosts) if wanted else 0, zones)
    _add(tx, router, chosen, len(hosts))
    bind(tx, router.id)


def place_all(tx: Transaction) -> None:
    """Have all routers that lack hosts get them: an agent has come, or one has gone."""
    usable = {each.agent_id for each in _candidates(tx, drained=True)}
    hosting: dict[str, set[str]] = defaultdict(set)
    for host in rows.hosts(tx):
        hosting[host.router_id].add(host.agent_id)
    for router in routers.find(tx):
        wanted, has = _wanted(tx, router), hosting[router.id]
        if (not wanted or len(has) < wanted) and usable - has:
            place(tx, router)


def assign(tx: Transaction, router: Router, agent: Agent) -> None:
    """Have one more agent host a router, as an operator wants it: beyond ``max_l3_agents_per_router`` too.

    `Conflict` where it is no L3 agent in service (InvalidL3Agent), or another has a router that is not HA
    (RouterHostedByL3Agent). An agent that hosts it already goes on.
    """
    if agent.agent_type != agents_model.L3 or not agent.admin_state_up:
        raise Conflict(f"Agent {agent.id} is not a L3 Agent or has been disabled.", "InvalidL3Agent")
    hosts = rows.hosts(tx, router_host_table.c.router_id == router.id)
    if agent.id in (host.agent_id for host in hosts):
        return
    if hosts and not router.ha:
        message = f"The router {router.id} has been already hosted by the L3 Agent {hosts[0].agent_id}."
        raise Conflict(message, "RouterHostedByL3Agent")
    _add(tx, router, (Candidate(agent.id, agent.host, 0),), len(hosts))
    bind(tx, router.id)


def withdraw(tx: Transaction, router: Router, agent: Agent) -> None:
    """Have an agent no longer host a router. `Conflict` (RouterNotHostedByL3Agent) where it does not."""
    for host in rows.hosts(tx, router_host_table.c.router_id == router.id):
        if host.agent_id == agent.id:
            _part(tx, host)
            return
    raise Conflict(
        f"The router {router.id} is not hosted by L3 agent {agent.id}.", "RouterNotHostedByL3Agent"
    )


def release(tx: Transaction, router: Router) -> None:
    """Have nobody host a router."""
    for host in rows.hosts(tx, router_host_table.c.router_id == router.id):
        _remove(tx, host)


def leave(tx: Transaction, agent: Agent) -> None:
    """Take away all routers that an agent hosts; those that follow it in rank move up."""
    for gone in rows.hosts(tx, router_host_table.c.agent_id == agent.id):
        _part(tx, gone)


def bound_host(hosts: Sequence[RouterHost], alive: Container[str]) -> str:
    """Where a router with these hosts, ordered by rank, has its ports; "" where it has no host.

    ``alive`` holds the ids of agents that are alive: what a dead one said last counts where no other says it.
    """
    first = hosts[0] if hosts else None
    place_of_ports = active([host for host in hosts if host.agent_id in alive]) or active(hosts) or first
    return place_of_ports.host if place_of_ports else ""


def host_of(tx: Transaction, router_id: str) -> str:
    """Where a router has its ports now."""
    hosts = rows.hosts(tx, router_host_table.c.router_id == router_id)
    actives = [host.agent_id for host in hosts if host.mastership == Mastership.ACTIVE]
    told = agent_rows.agents.find(tx, agent_rows.agent_table.c.id.in_(actives)) if len(actives) > 1 else ()
    return bound_host(hosts, {agent.id for agent in told if agent.alive})


def follow(tx: Transaction, host: str) -> None:
    """Have ports follow to a host that gives a sign of life, where others that said they were active later are dead:
    it has no news to tell that would do it."""
    for router_id in rows.contested(tx, host):
        bind(tx, router_id)


def bind(tx: Transaction, router_id: str) -> None:
    """Bind a router's ports to the host where it is."""
    host = host_of(tx, router_id)
    columns = port_table.c
    elsewhere = ports.find(
        tx,
        columns.device_id == router_id,
        columns.device_owner.in_(ROUTER_MOVING_OWNERS),
        columns.host != host,
    )
    for port in elsewhere:
        ports.change(tx, port.id, host=host)


def _check_enough(tx: Transaction, found: int) -> None:
    needed = tx.settings.min_l3_agents_per_router
    if found < needed:
        raise Conflict(
            f"Not enough L3 agents are alive to make the router highly available: {found} of the {needed} "
            "that min_l3_agents_per_router asks for. Start more, or create the router without ha.",
            "HANotEnoughAvailableAgents",
        )


def _wanted(tx: Transaction, router: Router) -> int:
    return tx.settings.max_l3_agents_per_router if router.ha else 1


def _candidates(tx: Transaction, drained: bool) -> list[Candidate]:
    """Those that could host a router; a ``drained`` one could stand by, and no more."""
    found = agent_rows.run_candidates(tx, _CANDIDATES)
    return [
        Candidate(id, host, load, int(masters), zone, is_drained)
        for id, host, zone, is_drained, load, masters in found
        if drained or not is_drained
    ]


def _add(tx: Transaction, router: Router, chosen: Sequence[Candidate], first_rank: int) -> None:
    """Have these agents host a router too, from this rank on."""
    ha_ports = _ha_ports(tx, router, [each.host for each in chosen])
    hosts = [
        RouterHost(
            router_id=router.id,
            agent_id=candidate.agent_id,
            host=candidate.host,
            rank=rank,
            ha_port_id=ha_port_id,
            mastership=Mastership.UNKNOWN,
            mastership_at=None,
        )
        for rank, (candidate, ha_port_id) in enumerate(zip(chosen, ha_ports, strict=True), first_rank)
    ]
    rows.add_hosts(tx, hosts)


def _ha_ports(tx: Transaction, router: Router, hosts: Sequence[str]) -> list[str | None]:
    """The router's ports on its HA network on some hosts; None for each of a router without one."""
    network = networks.get(tx, router.ha_network_id) if router.ha_network_id else None
    if network is None:
        return [None] * len(hosts)
    drafts = [
        NewPort(
            project_id="",
            network_id=network.id,
            name=f"HA port tenant {router.project_id}",
            device_id=router.id,
            device_owner=ROUTER_HA,
            host=host,
        )
        for host in hosts
    ]
    return [port.id for port in plug.make_all(tx, network, drafts)]


def _part(tx: Transaction, gone: RouterHost) -> None:
    """End one hosting; those that follow it in rank move up."""
    _remove(tx, gone)
    left = rows.hosts(tx, router_host_table.c.router_id == gone.router_id)
    for rank, host in enumerate(left):
        if host.rank != rank:
            rows.set_host(tx, host, rank=rank)
    bind(tx, gone.router_id)


def _remove(tx: Transaction, host: RouterHost) -> None:
    rows.remove_host(tx, host)
    if host.ha_port_id is not None:
        plug.remove(tx, host.ha_port_id)
