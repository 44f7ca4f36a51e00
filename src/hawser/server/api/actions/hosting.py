"""What members offer beyond being read and changed: a router's interfaces, and who hosts what."""

from __future__ import annotations

from hawser.base.errors import BadInput
from hawser.server.api import bodies, query
from hawser.server.api.nouns.core import AGENTS, NETWORKS, ROUTERS
from hawser.server.api.resource import Action, Answer, Call, shown_list
from hawser.server.api.schema import agent as agent_schema
from hawser.server.api.schema import router as router_schema
from hawser.server.model.router import Router
from hawser.server.service import agent, router


def add_router_interface(call: Call) -> Answer:
    """PUT /routers/{id}/add_router_interface: join a subnet or a port."""
    _demand(call, "add_router_interface")
    named = router_schema.interface(bodies.parse(call.body))
    joined = router.add_interface(call.store, call.caller, call.id, **named)
    shown = router_schema.interface_view(joined)
    call.notify("router.interface.create", {"router_interface": shown})
    return Answer(200, shown)


def remove_router_interface(call: Call) -> Answer:
    """PUT /routers/{id}/remove_router_interface: part a subnet or a port."""
    _demand(call, "remove_router_interface")
    named = router_schema.interface(bodies.parse(call.body))
    parted = router.remove_interface(call.store, call.caller, call.id, **named)
    shown = router_schema.interface_view(parted)
    call.notify("router.interface.delete", {"router_interface": shown})
    return Answer(200, shown)


def add_extraroutes(call: Call) -> Answer:
    """PUT /routers/{id}/add_extraroutes: these routes too."""
    _demand(call, "add_extraroutes")
    more = router_schema.named_routes(bodies.parse(call.body))
    return _router(call, router.add_routes(call.store, call.caller, call.id, more))


def remove_extraroutes(call: Call) -> Answer:
    """PUT /routers/{id}/remove_extraroutes: these routes no longer."""
    _demand(call, "remove_extraroutes")
    fewer = router_schema.named_routes(bodies.parse(call.body))
    return _router(call, router.remove_routes(call.store, call.caller, call.id, fewer))


def l3_agents_of_router(call: Call) -> Answer:
    """GET /routers/{id}/l3-agents: by rank, with the part that each plays."""
    call.rights.demand("get_l3-agents")
    hosting = agent.hosting_router(call.store, call.caller, call.id)
    return Answer(200, {AGENTS.plural: [agent_schema.hosting_view(one, place) for one, place in hosting]})


def dhcp_agents_of_network(call: Call) -> Answer:
    """GET /networks/{id}/dhcp-agents."""
    call.rights.demand("get_dhcp-agents")
    return Answer(200, shown_list(AGENTS, call, agent.hosting_network(call.store, call.caller, call.id)))


def routers_of_l3_agent(call: Call) -> Answer:
    """GET /agents/{id}/l3-routers."""
    call.rights.demand("get_l3-routers")
    return Answer(200, shown_list(ROUTERS, call, agent.routers(call.store, call.caller, call.id)))


def networks_of_dhcp_agent(call: Call) -> Answer:
    """GET /agents/{id}/dhcp-networks."""
    call.rights.demand("get_dhcp-networks")
    return Answer(200, shown_list(NETWORKS, call, agent.networks(call.store, call.caller, call.id)))


def add_router_to_agent(call: Call) -> Answer:
    """POST /agents/{id}/l3-routers."""
    call.rights.demand("create_l3-router")
    agent.add_router(call.store, call.caller, call.id, _named(call, "router_id"))
    return Answer(201, {})


def remove_router_from_agent(call: Call) -> Answer:
    """DELETE /agents/{id}/l3-routers/{router_id}."""
    call.rights.demand("delete_l3-router")
    agent.remove_router(call.store, call.caller, call.id, call.named("router_id"))
    return Answer(204)


def add_network_to_agent(call: Call) -> Answer:
    """POST /agents/{id}/dhcp-networks."""
    call.rights.demand("create_dhcp-network")
    agent.add_network(call.store, call.caller, call.id, _named(call, "network_id"))
    return Answer(201, {})


def remove_network_from_agent(call: Call) -> Answer:
    """DELETE /agents/{id}/dhcp-networks/{network_id}."""
    call.rights.demand("delete_dhcp-network")
    agent.remove_network(call.store, call.caller, call.id, call.named("network_id"))
    return Answer(204)


def _demand(call: Call, action: str) -> None:
    router.get(call.store, call.caller, call.id)  # what is not seen is not there
    call.rights.demand(action)


def _router(call: Call, value: Router) -> Answer:
    hidden = call.rights.hidden(ROUTERS.singular)
    return Answer(200, {ROUTERS.singular: query.select(ROUTERS.view(value), frozenset(), hidden)})


def _named(call: Call, field: str) -> str:
    """The one id that a body holds."""
    body = bodies.parse(call.body)
    if set(body) != {field} or not isinstance(body[field], str):
        raise BadInput("body", f"it must hold {field} and nothing else", kind="HTTPBadRequest")
    return str(body[field])


ROUTES: tuple[Action, ...] = (
    ("PUT", "/routers/{id}/add_router_interface", add_router_interface),
    ("PUT", "/routers/{id}/remove_router_interface", remove_router_interface),
    ("PUT", "/routers/{id}/add_extraroutes", add_extraroutes),
    ("PUT", "/routers/{id}/remove_extraroutes", remove_extraroutes),
    ("GET", "/routers/{id}/l3-agents", l3_agents_of_router),
    ("GET", "/networks/{id}/dhcp-agents", dhcp_agents_of_network),
    ("GET", "/agents/{id}/l3-routers", routers_of_l3_agent),
    ("POST", "/agents/{id}/l3-routers", add_router_to_agent),
    ("DELETE", "/agents/{id}/l3-routers/{router_id}", remove_router_from_agent),
    ("GET", "/agents/{id}/dhcp-networks", networks_of_dhcp_agent),
    ("POST", "/agents/{id}/dhcp-networks", add_network_to_agent),
    ("DELETE", "/agents/{id}/dhcp-networks/{network_id}", remove_network_from_agent),
)
