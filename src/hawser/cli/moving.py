"""Planned moves as an operator watches them: from what the servers were asked for to what nodes report."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from hawser.base.errors import NotFound, Unavailable
from hawser.cli.networking import Networking
from hawser.cli.progress import Steps

PATIENCE = 60.0
"""Seconds without the end of a move after which none is waited for. The servers, which move some at a time, give one up
sooner, unless no node reports to them."""
_PAUSE = 0.1
_KNOWN = ("id", "name")
as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A router that shall leave ``from_host`` ("" where nobody carried it) for ``to_host`` ("" for any other)."""

    router_id: str
    router: str
    from_host: str
    to_host: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: who carries the router, "" for nobody, and how many seconds that took to be known.

    ``why`` says what is wrong, "" where it is done.
    """

    router_id: str
    router: str
    from_host: str
    carried_by: str
    seconds: float
    why: str = ""


Place = Mapping[str, Any]


def asked(move: Mapping[str, Any]) -> Asked:
    """A move as a server answered it."""
    return Asked(move["router_id"], move["router_name"], move["from_host"] or "", move["to_host"])


def places(networking: Networking) -> list[Place]:
    """All places of all highly available routers, as the servers know them now."""
    found: list[Place] = networking.get("router-places")["router_places"]
    return found


def carriers(known: Sequence[Place]) -> dict[str, str]:
    """Which host carries each router, by the router's id."""
    return {each["router_id"]: each["host"] for each in known if each["ha_state"] == "active"}


def follow(networking: Networking, moves: Sequence[Asked]) -> list[Outcome]:
    """Watch moves until each is done or given up, telling of each as it is."""
    begun = time.monotonic()
    last_end = 0.0
    left = {each.router_id: each for each in moves}
    outcomes: dict[str, Outcome] = {}
    with Steps() as steps:
        for each in moves:
            steps.begin(_words(each))
        while left:
            known = _known(networking)
            seconds = time.monotonic() - begun
            for each in list(left.values()):
                outcome = _outcome(each, known, seconds, late=seconds - last_end >= PATIENCE)
                if outcome is not None:
                    outcomes[each.router_id] = outcome
                    last_end = seconds
                    del left[each.router_id]
                    steps.done(_words(each), seconds)
            if left:
                time.sleep(_PAUSE)
    return [outcomes[each.router_id] for each in moves]


def _known(networking: Networking) -> list[Place] | None:
    """The places; None while no server answers: the move goes on without."""
    try:
        return places(networking)
    except Unavailable:
        return None


def _outcome(move: Asked, known: Sequence[Place] | None, seconds: float, late: bool) -> Outcome | None:
    """How a move has ended, ``late`` without an end, too; None while it has not."""
    said = (move.router_id, move.router, move.from_host)
    if known is None:
        return Outcome(*said, "", round(seconds, 2), "no server answers; look again later") if late else None
    now = carriers(known).get(move.router_id, "")
    if now and (now == move.to_host or (not move.to_host and now != move.from_host)):
        return Outcome(*said, now, round(seconds, 2))
    wanted = any(each["wanted"] for each in known if each["router_id"] == move.router_id)
    if wanted and not late:
        return None
    why = f"{move.to_host} did not take over" if move.to_host else "no other node can carry it"
    return Outcome(*said, now, round(seconds, 2), why)


def _words(move: Asked) -> str:
    return f"{move.router or move.router_id}: {move.from_host or 'nobody'} -> {move.to_host or 'another'}"


def tell(outcomes: Sequence[Outcome], for_programs: bool, nothing: str, **more: Any) -> int:
    """Show what became of moves, ``nothing`` where there were none; the exit status."""
    if for_programs:
        click.echo(json.dumps({"routers": [asdict(each) for each in outcomes], **more}, indent=2))
    elif outcomes:
        from hawser.cli.tables import show_outcomes

        show_outcomes(outcomes)
    else:
        click.echo(nothing)
    return 1 if any(each.why for each in outcomes) else 0


def router_named(networking: Networking, name: str) -> str:
    """The id of the router with this name or id; `NotFound` where there is none, or several."""
    for field in _KNOWN:
        found = networking.get("routers", **{field: name}, fields="id")["routers"]
        if len(found) == 1:
            return str(found[0]["id"])
        if found:
            raise NotFound("router", name, f"{len(found)} routers are called {name}. Say an id.")
    raise NotFound("router", name, f"There is no router {name}.")
