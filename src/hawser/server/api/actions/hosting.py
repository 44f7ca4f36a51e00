"""What members offer beyond being read and changed: a router's interfaces, and who hosts what."""

from __future__ import annotations

from collections.abc import Callable

from hawser.base.errors import BadInput
from hawser.server.api import bodies, query
from hawser.server.api.nouns.core import AGENTS, NETWORKS, ROUTERS
from hawser.server.api.resource import Action, Answer, Call, shown_list
from hawser.server.api.schema import agent as agent_schema
from hawser.server.api.schema import router as router_schema
from hawser.server.model.caller import Caller
from hawser.server.model.router import ExtraRoute, Router, RouterInterface
from hawser.server.service import agent, router
from hawser.server.store.session import Store


def add_router_interface(call: Call) -> Answer:
    """PUT /routers/{id}/add_router_interface: join a subnet or a port."""
    return _interface(call, "add_router_interface", router.add_interface, "router.interface.create")


def remove_router_interface(call: Call) -> Answer:
    """PUT /routers/{id}/remove_router_interface: part a subnet or a port."""
    return _interface(call, "remove_router_interface", router.remove_interface, "router.interface.delete")


def add_extraroutes(call: Call) -> Answer:
    """PUT /routers/{id}/add_extraroutes: these routes too."""
    return _routes(call, "add_extraroutes", router.add_routes)


def remove_extraroutes(call: Call) -> Answer:
    """PUT /routers/{id}/remove_extraroutes: these routes no longer."""
    return _routes(call, "remove_extraroutes", router.remove_routes)


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


def _interface(call: Call, action: str, use: Callable[..., RouterInterface], event: str) -> Answer:
    """The subnet or port that the body names, joined or parted."""
    _demand(call, action)
    named = router_schema.interface(bodies.parse(call.body))
    shown = router_schema.interface_view(use(call.store, call.caller, call.id, **named))
    call.notify(event, {"router_interface": shown})
    return Answer(200, shown)


def _routes(
    call: Call, action: str, use: Callable[[Store, Caller, str, tuple[ExtraRoute, ...]], Router]
) -> Answer:
    """The router with the routes that the body names, or without them."""
    _demand(call, action)
    named = router_schema.named_routes(bodies.parse(call.body))
    value = use(call.store, call.caller, call.id, named)
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
