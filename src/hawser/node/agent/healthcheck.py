"""Asks the external gateways of the routers that this node is master of (`ha_vrrp_health_check_interval`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from hawser.base import names
from hawser.machine.drivers.echo import Target, answering
from hawser.machine.drivers.namespaces import Namespaces
from hawser.node.agent.gateways import Gateways
from hawser.node.agent.loop import Loop
from hawser.node.planners.facts import Contact
from hawser.wire.intent import Router

PATIENCE = 0.25
"""Seconds in which a gateway has to answer; they are the last of each interval."""


async def check_health(loop: Loop, interval: float) -> None:
    """Check without end, all routers at once, in one thread."""
    clock = asyncio.get_running_loop().time
    namespaces = Namespaces()
    gateways = Gateways(interval)
    while True:
        await asyncio.sleep(max(interval - PATIENCE, PATIENCE))
        checked = {router.id: _target(router) for router in _carried(loop, min(interval, 1.0))}
        found = await asyncio.to_thread(answering, namespaces, checked.values(), PATIENCE)
        reached = {router_id: target in found for router_id, target in checked.items()}
        routers = loop.intent.routers if loop.intent else ()
        loop.knowledge.foresees(gateways.checked(clock(), reached, loop.mastered(), routers))


def _carried(loop: Loop, longer_than: float) -> Iterator[Router]:
    """The routers with external gateways that this node has been master of for so many seconds. None while it may be
    cut off from its peers: one word on the outside would draw back the MAC of a router that a peer has taken over."""
    mastered = loop.mastered(longer_than) if loop.facts.contact is Contact.SOUND else ()
    routers = loop.intent.routers if loop.intent else ()
    return (router for router in routers if router.id in mastered and router.next_hops)


def _target(router: Router) -> Target:
    link = names.gateway_interface(router.gateway.port_id) if router.gateway else ""
    return Target(names.router_namespace(router.id), link, router.next_hops)
