"""The driver of routes: static unicast ones of the main table, in namespaces of ours."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Sequence

from hawser.machine.driver import Answers, Prompt
from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.inside import apply_inside
from hawser.machine.drivers.kernel import Kernel
from hawser.machine.drivers.netlink import Request
from hawser.machine.items.item import Item
from hawser.machine.items.route import Route
from hawser.machine.plan import Op, Verb

_GONE = frozenset({errno.ESRCH, errno.ENODEV})


class RouteDriver(Prompt):
    """Sets and removes routes, one batch of messages a namespace; on-link routes go in before the others."""

    kinds = (Route,)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def read(self, wanted: Collection[Item]) -> Iterable[Item]:
        """The static routes in our namespaces."""
        for netns in self._kernel.owned():
            names = self._kernel.names(netns)
            if not names:
                continue
            for row in rtnetlink.static_routes(self._kernel.socket(netns)):
                if row.index in names:
                    yield Route(netns, row.destination, row.nexthop, names[row.index])

    def apply(self, ops: Sequence[Op]) -> Answers:
        """One batch a namespace. A route through a next hop needs the on-link route that reaches it."""
        order = sorted(range(len(ops)), key=lambda place: _route(ops[place]).nexthop is not None)
        answers = apply_inside(self._kernel, [ops[place] for place in order], _requests, _GONE)
        answer_of = dict(zip(order, answers, strict=True))
        return [answer_of[place] for place in range(len(ops))]


def _route(op: Op) -> Route:
    assert isinstance(op.item, Route)
    return op.item


def _requests(op: Op, index: int) -> Sequence[Request]:
    route = _route(op)
    build = rtnetlink.delete_route if op.verb is Verb.DELETE else rtnetlink.set_route
    return (build(index, route.destination, route.nexthop),)
