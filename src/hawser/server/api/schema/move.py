"""Planned moves of routers, and the places that they go between: attributes, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hawser.base.errors import BadInput
from hawser.server.api.attributes import AttributeTable, read_only, table
from hawser.server.api.schema.fields import Shown
from hawser.server.model.move import Move, RouterPlace

_SHOWN = (
    *("router_id", "router_name", "agent_id", "host", "alive", "drained", "rank"),
    *("ha_state", "ha_state_since", "wanted"),
)
ATTRIBUTES: AttributeTable = table(
    "router_place", "router_places", (), {name: read_only() for name in _SHOWN}
)


def target(body: Mapping[str, Any]) -> str | None:
    """The host that a failover's body names; None where it names none."""
    host = body.get("host")
    if body.keys() - {"host"} or not (host is None or (isinstance(host, str) and host)):
        raise BadInput("body", "it may hold a host's name as 'host', and nothing else", kind="HTTPBadRequest")
    return host


def most(body: Mapping[str, Any]) -> int | None:
    """How many moves a rebalancing's body wants begun at most; None where it does not say."""
    number = body.get("most")
    if body.keys() - {"most"} or not (number is None or (type(number) is int and 0 < number < 1 << 31)):
        raise BadInput(
            "body", "it may hold a number of moves as 'most', and nothing else", kind="HTTPBadRequest"
        )
    return number


def view(move: Move) -> Shown:
    """What a response shows of a move."""
    return {
        "router_id": move.router_id,
        "router_name": move.router_name,
        "from_host": move.from_host or None,
        "to_host": move.to_host,
    }


def place_view(router: RouterPlace) -> Shown:
    """What a response shows of a router's place on a host."""
    place = router.place
    return {
        "router_id": place.router_id,
        "router_name": router.router_name,
        "agent_id": place.agent_id,
        "host": place.host,
        "alive": router.alive,
        "drained": router.drained,
        "rank": place.rank,
        "ha_state": place.mastership.value,
        "ha_state_since": place.mastership_at.isoformat() if place.mastership_at else None,
        "wanted": place.wanted_at is not None,
    }
