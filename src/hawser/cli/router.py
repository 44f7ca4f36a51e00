"""`hawser router`: planned moves of highly available routers."""

from __future__ import annotations

from collections import Counter

import click

from hawser.cli import moving
from hawser.cli.networking import Networking


@click.group()
def router() -> None:
    """Move highly available routers between their nodes; no packet is lost."""


@router.command(short_help="Have another node carry ROUTER.")
@click.argument("router")
@click.option("--to", "host", metavar="NODE", help="Default: the node that carries the fewest routers.")
@moving.as_json
def failover(router: str, host: str | None, as_json: bool) -> int:
    """Have another node carry ROUTER (a name or an id), and wait until it does."""
    networking = Networking.of_environment()
    id = moving.router_named(networking, router)
    asked = moving.asked(
        networking.put(f"routers/{id}/failover", {"host": host} if host else {})["router_move"]
    )
    outcomes = [] if asked.from_host == asked.to_host else moving.follow(networking, [asked])
    return moving.tell(outcomes, as_json, f"{asked.to_host} carries {router} already.")


@router.command(short_help="Have all nodes carry equally many.")
@moving.as_json
def rebalance(as_json: bool) -> int:
    """Have all nodes carry equally many routers, by as few moves as that takes."""
    networking = Networking.of_environment()
    answer = networking.post("routers/rebalance", {})["router_moves"]
    outcomes = moving.follow(networking, [moving.asked(each) for each in answer])
    known = moving.places(networking)
    carried = Counter({str(each["host"]): 0 for each in known})
    carried.update(moving.carriers(known).values())
    status = moving.tell(outcomes, as_json, "The routers are spread evenly already.", carried=dict(carried))
    if not as_json:
        click.echo("\n".join(f"{host} carries {count}." for host, count in sorted(carried.items())))
    return status
