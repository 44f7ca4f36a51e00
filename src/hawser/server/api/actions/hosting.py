"""What members offer beyond being read and changed: a router's interfaces, and who hosts what."""

from __future__ import annotations

from hawser.server.api import bodies
from hawser.server.api.nouns.core import AGENTS, NETWORKS, ROUTERS
from hawser.server.api.resource import Action, Answer, Call, shown_list
from hawser.server.api.schema import agent as agent_schema
from hawser.server.api.schema import router as router_schema
from hawser.server.service import agent, router


def add_router_interface(call: Call) -> Answer:
    """PUT /routers/{id}/add_router_interface: join a subnet or a port."""
    named = router_schema.interface(bodies.parse(call.body))
    joined = router.add_interface(call.store, call.caller, call.id, **named)
    return Answer(200, router_schema.interface_view(joined))


def remove_router_interface(call: Call) -> Answer:
    """PUT /routers/{id}/remove_router_interface: part a subnet or a port."""
    named = router_schema.interface(bodies.parse(call.body))
    parted = router.remove_interface(call.store, call.caller, call.id, **named)
    return Answer(200, router_schema.interface_view(parted))


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


ROUTES: tuple[Action, ...] = (
    ("PUT", "/routers/{id}/add_router_interface", add_router_interface),
    ("PUT", "/routers/{id}/remove_router_interface", remove_router_interface),
    ("GET", "/routers/{id}/l3-agents", l3_agents_of_router),
    ("GET", "/networks/{id}/dhcp-agents", dhcp_agents_of_network),
    ("GET", "/agents/{id}/l3-routers", routers_of_l3_agent),
    ("GET", "/agents/{id}/dhcp-networks", networks_of_dhcp_agent),
)
