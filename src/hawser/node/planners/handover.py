"""What a master carries packets by for a moment after it gave its addresses away: none is lost on a planned move.

keepalived on the new master says that it is master before it has its addresses, and the old one takes its own off while
the new one still announces them to one network after the other. What is on its way to the old one by then, for about a
millisecond, would find no route. So a master has its routes a second time, which count only where its own are gone
(their metric), and which the agent takes away once all have learnt the new place. They draw no packets here: a kernel
answers for addresses that an interface has, and announces those.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from hawser.base import names
from hawser.machine.items.route import LOOPBACK, Route
from hawser.node.planners import feet
from hawser.node.planners.facts import Facts
from hawser.wire.intent import Router

METRIC = 4096
"""Behind keepalived's own, and the kernel's."""


def desire(router: Router, facts: Facts) -> Iterator[Route]:
    """The routes of one that this node carries, or has carried until just now."""
    if router.id not in facts.carried:
        return
    netns = names.router_namespace(router.id)
    for link, foot in feet.links(router):
        for address in foot.addresses:
            yield Route(netns, ip_network(address.ip), None, LOOPBACK, METRIC, local=True)
        for network in sorted({address.network for address in foot.addresses}, key=str):
            yield Route(netns, network, None, link, METRIC)
    for destination, hop, link in feet.routes(router):
        yield Route(netns, destination, hop, link, METRIC)
