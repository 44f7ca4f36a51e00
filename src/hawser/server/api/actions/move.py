"""Planned moves of highly available routers: Hawser's own, under the extension ``hawser-router-moves``."""

from __future__ import annotations

from hawser.server.api import bodies, query
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema import move as schema
from hawser.server.service import move, router


def failover(call: Call) -> Answer:
    """PUT /routers/{id}/failover: to the host that the body names, or the one that carries the fewest."""
    router.get(call.store, call.caller, call.id)  # what is not seen is not there
    call.rights.demand("failover_router")
    host = schema.target(bodies.parse(call.body))
    return Answer(200, {"router_move": schema.view(move.failover(call.store, call.caller, call.id, host))})


def rebalance(call: Call) -> Answer:
    """POST /routers/rebalance: have all hosts carry equally many routers. It answers with the moves that it began."""
    call.rights.demand("rebalance_routers")
    made = move.rebalance(call.store, call.caller, schema.most(bodies.parse(call.body)))
    return Answer(200, {"router_moves": [schema.view(each) for each in made]})


def places(call: Call) -> Answer:
    """GET /router-places: every place of every highly available router, with the part that it plays."""
    call.rights.demand("get_router_place")
    asked = query.parse(call.pairs, schema.ATTRIBUTES, {})
    shown = asked.page([schema.place_view(each) for each in move.places(call.store, call.caller)])
    return Answer(200, {"router_places": [query.select(each, asked.fields, frozenset()) for each in shown]})


ROUTES: tuple[Action, ...] = (
    ("PUT", "/routers/{id}/failover", failover),
    ("POST", "/routers/rebalance", rebalance),
    ("GET", "/router-places", places),
)
