"""Which routers lost their external gateways on this node. Pure.

A master whose gateways do not answer gives its router up to anybody else, and is the last choice for as long as each
peer needs to find out the same: with all of them cut off, the router goes round until one reaches a gateway again.
After that it doubts until it is master again, however that comes to be, and can look anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from hawser.node.planners.facts import Outlook
from hawser.wire.intent import Router

MARGIN = 1.0
"""Seconds more than an interval that a peer needs at most: to take over, and to find out."""


class Gateways:
    """``interval`` is that of the checks, in seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._lost_until: dict[str, float] = {}

    def checked(
        self, now: float, reached: Mapping[str, bool], mastered: Collection[str], routers: Iterable[Router]
    ) -> dict[str, Outlook]:
        """After a check: how things stand, by router id, where gateways did not answer. ``reached`` says whether they
        did now; ``mastered`` are those that this node is master of, ``routers`` all of the node's."""
        peers = {router.id: len(router.ha.peers) for router in routers if router.ha}
        for router_id in (router_id for router_id, answered in reached.items() if not answered):
            turns = max(1, peers.get(router_id, 0))
            self._lost_until[router_id] = now + turns * (self._interval + MARGIN)
        known = {router_id for router_id in mastered if reached.get(router_id, True)}
        for router_id in self._lost_until.keys() - (peers.keys() - known):
            del self._lost_until[router_id]
        return {
            router_id: Outlook.LOST if until > now else Outlook.DOUBTED
            for router_id, until in self._lost_until.items()
        }
