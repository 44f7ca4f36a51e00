"""`hawser node drain` and `undrain`: free a node of the routers that it carries, and let it stand by again."""

from __future__ import annotations

from typing import Any

import click

from hawser.base.errors import NotFound
from hawser.cli import moving
from hawser.cli.moving import Asked, Outcome
from hawser.cli.networking import Networking


@click.command(short_help="Have other nodes carry the routers of NODE.")
@click.argument("node")
@moving.as_json
def drain(node: str, as_json: bool) -> int:
    """Have other nodes carry the routers of NODE, and keep them away from it until it is undrained.

    NODE is the host's name as its agents say it. It goes on standing by; alone, it goes on serving. The exit status
    is 1 where a router stays that only NODE can carry.
    """
    networking = Networking.of_environment()
    agent = _l3_agent(networking, node)
    leaving = _carried(networking, node)
    networking.put(f"agents/{agent['id']}", {"agent": {"drained": True}})
    outcomes = [*moving.follow(networking, leaving), *_alone(networking, agent, node)]
    return moving.tell(
        outcomes, as_json, f"{node} is drained; it carried no router.", node=node, drained=True
    )


@click.command(short_help="Let NODE be master again.")
@click.argument("node")
@moving.as_json
def undrain(node: str, as_json: bool) -> int:
    """Let NODE be master again, of what fails over to it or is moved there; nothing moves now."""
    networking = Networking.of_environment()
    agent = _l3_agent(networking, node)
    networking.put(f"agents/{agent['id']}", {"agent": {"drained": False}})
    said = f"{node} is no longer drained. To give it its share now: hawser router rebalance"
    return moving.tell([], as_json, said, node=node, drained=False)


def _l3_agent(networking: Networking, node: str) -> dict[str, Any]:
    found = networking.get("agents", host=node, agent_type="L3 agent")["agents"]
    if not found:
        raise NotFound("agent", node, f"There is no L3 agent on {node}. See: openstack network agent list")
    return dict(found[0])


def _carried(networking: Networking, node: str) -> list[Asked]:
    """The routers that the node carries now, which are to leave it."""
    known = moving.places(networking)
    names = {each["router_id"]: each["router_name"] for each in known}
    return [Asked(id, names[id], node, "") for id, host in moving.carriers(known).items() if host == node]


def _alone(networking: Networking, agent: dict[str, Any], node: str) -> list[Outcome]:
    """The node's routers that are not highly available, and so stay."""
    routers = networking.get(f"agents/{agent['id']}/l3-routers")["routers"]
    why = "it is not highly available, so it stays"
    return [Outcome(each["id"], each["name"], node, node, 0.0, why) for each in routers if not each["ha"]]
