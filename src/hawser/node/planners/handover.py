"""A planned move makes the new master before the old one gives way, also for what is on its way just then.

keepalived says that it is master, and only then takes the addresses and announces them to one network after the other.
The old master hears that at once, and takes its own addresses off meanwhile: what comes to it for about a millisecond
would be lost. So that first word of a new master is dropped on its way out. The next one, at most a heartbeat later, is
heard when all have learnt the new place.

It is dropped by a quota of the kernel's, which is used up by it: whatever becomes of the agent, no further one is.
Where heartbeats are seconds apart, two masters would last too long for that.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawser.base import names
from hawser.machine.items.chain import Chain
from hawser.node.planners import steering
from hawser.node.planners.facts import Facts
from hawser.wire.intent import HighAvailability, Router
from hawser.wire.report import Mastership

WORD = 32
"""Octets of a heartbeat (RFC 5798, section 5.1) over IPv4."""


def is_wanted(router: Router, ha: HighAvailability, facts: Facts) -> bool:
    """Whether a move to this node is under way. Servers that are away may not have said that it ended."""
    return ha.wanted and facts.told and router.id not in facts.overdue


def desire(router: Router, ha: HighAvailability, facts: Facts) -> Iterator[Chain]:
    """The rule by which a stand-by that is wanted as master is not heard too early: a word to each peer is dropped."""
    is_master = facts.masterships.get(router.id) is Mastership.ACTIVE
    if is_master or not is_wanted(router, ha, facts) or steering.scale(facts.settings) is steering.CLASSIC:
        return
    quota = WORD * len(ha.peers) + WORD // 2
    rule = f"-o {names.ha_interface(ha.port_id)} -p vrrp -m quota --quota {quota} -j DROP"
    yield Chain(names.router_namespace(router.id), 4, "filter", "OUTPUT", (rule,))
