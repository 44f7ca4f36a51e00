"""Which routers lost their external gateways on this node. Pure.

A master whose gateways do not answer gives its router up to anybody else. It is remembered for as long as each peer
needs to find out the same: with all of them cut off, the router goes round until one reaches a gateway again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hawser.wire.intent import Router

MARGIN = 1.0
"""Seconds more than an interval that a peer needs at most: to take over, and to find out."""


class Gateways:
    """``interval`` is that of the checks, in seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._lost_until: dict[str, float] = {}

    def checked(self, now: float, reached: Mapping[str, bool], routers: Iterable[Router]) -> frozenset[str]:
        """After a check of the routers that this node is master of: all that are without gateways, or were when it
        was their master last. ``routers`` are all of the node's."""
        peers = {router.id: len(router.ha.peers) for router in routers if router.ha}
        for router_id, answered in reached.items():
            if answered:
                self._lost_until.pop(router_id, None)
            else:
                turns = max(1, peers.get(router_id, 0))
                self._lost_until[router_id] = now + turns * (self._interval + MARGIN)
        self._lost_until = {
            router_id: until
            for router_id, until in self._lost_until.items()
            if router_id in peers and (until > now or router_id in reached)
        }
        return frozenset(self._lost_until)
